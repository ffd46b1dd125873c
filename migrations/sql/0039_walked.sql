-- Where workers walked: the cells (H3, resolution 11) of each worker's day, and of each month on how many
-- of these days somebody came through each cell.

create table walked_day (
    worker_id bigint not null
    constraint walked_day_worker_id_fkey references worker (id) on delete cascade,
    day date not null, -- noqa: RF04
    cells bigint[] not null,
    constraint walked_day_pkey primary key (worker_id, day)
);

comment on table walked_day is 'The cells that a worker came through on a day (UTC+8).';

create table walked_cell (
    month date not null, -- noqa: RF04
    cell bigint not null,
    days integer not null, -- noqa: RF04
    constraint walked_cell_pkey primary key (month, cell)
);

comment on table walked_cell is 'How many days of workers led through a cell. Kept by trigger.';
comment on column walked_cell.month is 'Its first day.';

-- Whoever writes days of workers. Cells in their order, so that no two writers wait for each other.
create function keep_walked_cells() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    -- Planned at each call, as in 0001_place.sql.
    execute format(
        $query$
            insert into walked_cell as w (month, cell, days)
            select date_trunc('month', c.day)::date as month, u.cell, sum(c.step) as days
            from (%s) as c (day, cells, step)
            cross join lateral unnest(c.cells) as u (cell)
            group by 1, 2
            having sum(c.step) <> 0
            order by 1, 2
            on conflict (month, cell) do update set days = w.days + excluded.days
        $query$,
        case tg_op
            when 'INSERT' then 'select n.day, n.cells, 1 from new_rows as n'
            when 'DELETE' then 'select o.day, o.cells, -1 from old_rows as o'
            else
                'select n.day, n.cells, 1 from new_rows as n'
                ' union all select o.day, o.cells, -1 from old_rows as o'
        end
    );
    return null;
end
$$;

create trigger walked_day_insert after insert on walked_day
referencing new table as new_rows
for each statement execute function keep_walked_cells();
create trigger walked_day_update after update on walked_day
referencing old table as old_rows new table as new_rows
for each statement execute function keep_walked_cells();
create trigger walked_day_delete after delete on walked_day
referencing old table as old_rows
for each statement execute function keep_walked_cells();

revoke execute on function keep_walked_cells() from public;

create function forget_walked() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    -- Not truncated: it may be one of the tables that the same statement truncates.
    delete from walked_day;
    delete from walked_cell;
    return null;
end
$$;

create trigger position_walked_truncate after truncate on position
for each statement execute function forget_walked();

revoke execute on function forget_walked() from public;

-- It is the server's own: who may know of which cells is told by the grids in which these lie today.
alter table walked_day enable row level security;
alter table walked_cell enable row level security;

create policy walked_day_reach on walked_day to gis_gov_app using (
    (select reach_everywhere('track_write'))
);
create policy walked_cell_reach on walked_cell to gis_gov_app using (
    (select reach_everywhere('track_write'))
);

grant select, insert, update, delete on walked_day to gis_gov_app;
grant select on walked_cell to gis_gov_app;

-- Days whose fixes are there are walked anew.
insert into patrol_due (worker_id, day)
select distinct
    p.worker_id,
    p.day
from patrol as p
where exists (
    select from position as f
    where
        f.worker_id = p.worker_id
        and f.time >= p.day::timestamp at time zone 'Asia/Shanghai'
        and f.time < (p.day + 1)::timestamp at time zone 'Asia/Shanghai'
);
