-- A number that changes with whatever decides on where points lie. Who knows the boundaries of a number may
-- place points himself, under boundary_lock_shared, as long as it is the same: no boundary changes meanwhile.
create table boundary_state (
    is_only boolean not null constraint boundary_state_pkey primary key default true,
    number bigint not null default 0, -- noqa: RF04
    constraint boundary_state_one check (is_only)
);

insert into boundary_state default values;

comment on table boundary_state is 'How often the boundaries of areas and grids have changed.';

create function note_boundaries() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    is_other boolean := true;
begin
    -- Planned at each call, as in 0001_place.sql.
    if tg_op in ('INSERT', 'DELETE') then
        execute format(
            'select exists (select 1 from %I)',
            case tg_op when 'INSERT' then 'new_rows' else 'old_rows' end
        ) into is_other;
    elsif tg_op = 'UPDATE' then
        execute format(
            $query$
                select exists (
                    select 1
                    from old_rows as o
                    full join new_rows as n using (id)
                    where (%s) is distinct from (%s)
                )
            $query$,
            replace(tg_argv[0], '$', 'o.'), replace(tg_argv[0], '$', 'n.')
        ) into is_other;
    end if;
    if is_other then
        -- Before the row, as whoever changes boundaries does.
        perform boundary_lock();
        update boundary_state set number = number + 1;
        perform pg_notify('boundaries', tg_table_name);
    end if;
    return null;
end
$$;

revoke execute on function note_boundaries() from public;
grant select on boundary_state to gis_gov_app;

-- After the triggers that move what lies there, which take the lock in an order of their own.
create trigger grid_noted_insert after insert on grid
referencing new table as new_rows
for each statement execute function note_boundaries();
create trigger grid_noted_delete after delete on grid
referencing old table as old_rows
for each statement execute function note_boundaries();
create trigger grid_noted_truncate after truncate on grid
for each statement execute function note_boundaries();
create trigger grid_noted_update after update on grid
referencing old table as old_rows new table as new_rows
for each statement execute function note_boundaries(
    '$code, $layer, $area_id, $geom::bytea, $valid_to'
);
create trigger area_noted_insert after insert on area
referencing new table as new_rows
for each statement execute function note_boundaries();
create trigger area_noted_delete after delete on area
referencing old table as old_rows
for each statement execute function note_boundaries();
create trigger area_noted_truncate after truncate on area
for each statement execute function note_boundaries();
create trigger area_noted_update after update on area
referencing old table as old_rows new table as new_rows
for each statement execute function note_boundaries('$code, $level, $geom::bytea, $valid_to');
