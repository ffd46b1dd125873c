-- Persons are counted by class, too: who may read some classes only is told of these by clusters. Such
-- counts are open where each person of the class is.

-- Persons, all and by class, in one statement: two would take the tally's rows in another order than
-- the move of an address. The addresses are locked against moving until the write is through.
create function tally_persons() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    picked constant text :=
        'select l.layer, r.address_id, %s as delta from %I as r %s'
        ' cross join lateral (values (''persons''), (''persons_'' || r.person_class)) as l (layer)';
    moved constant text :=
        ' where (r.address_id, r.person_class) is distinct from (s.address_id, s.person_class)';
    changes constant text := case tg_op
        when 'INSERT' then format(picked, 1, 'new_rows', '')
        when 'DELETE' then format(picked, -1, 'old_rows', '')
        else
            format(picked, 1, 'new_rows', 'join old_rows as s using (id)') || moved
            || ' union all '
            || format(picked, -1, 'old_rows', 'join new_rows as s using (id)') || moved
    end;
begin
    execute format(
        'select count(*) from (select 1 from address where id in'
        ' (select d.address_id from (%s) as d) order by id for share) as locked', changes
    );
    execute tally_change_sql(format(
        'select d.layer, a.grid_id, a.area_id, a.cell, a.geom, d.delta'
        ' from (select layer, address_id, sum(delta) as delta from (%s) as e group by 1, 2) as d'
        ' left join address as a on a.id = d.address_id where d.delta <> 0', changes
    ));
    return null;
end
$$;

create or replace function tally_address_moved() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    execute tally_change_sql($source$
        with moved as (
            select o.id, s.grid_id, s.area_id, s.cell, s.geom, s.sign
            from old_rows as o
            inner join new_rows as n on o.id = n.id
            cross join lateral (
                values
                (n.grid_id, n.area_id, n.cell, n.geom, 1),
                (o.grid_id, o.area_id, o.cell, o.geom, -1)
            ) as s (grid_id, area_id, cell, geom, sign)
            where
                (o.grid_id, o.area_id, o.cell, o.geom::bytea)
                is distinct from (n.grid_id, n.area_id, n.cell, n.geom::bytea)
        )

        select l.layer, m.grid_id, m.area_id, m.cell, m.geom, m.sign as delta
        from moved as m
        inner join person as p on p.address_id = m.id
        cross join lateral (values ('persons'), ('persons_' || p.person_class)) as l (layer)
        union all
        select h.kind || 's', m.grid_id, m.area_id, m.cell, m.geom, m.sign
        from moved as m inner join house as h on h.address_id = m.id
        union all
        select 'enterprises', m.grid_id, m.area_id, m.cell, m.geom, m.sign
        from moved as m inner join enterprise as e on e.address_id = m.id
    $source$);
    return null;
end
$$;

drop trigger person_tally_insert on person;
drop trigger person_tally_delete on person;
drop trigger person_tally_update on person;
drop trigger person_tally_truncate on person;
create trigger person_tally_insert after insert on person
referencing new table as new_rows
for each statement execute function tally_persons();
create trigger person_tally_delete after delete on person
referencing old table as old_rows
for each statement execute function tally_persons();
create trigger person_tally_update after update on person
referencing old table as old_rows new table as new_rows
for each statement execute function tally_persons();
create trigger person_tally_truncate after truncate on person
for each statement execute function tally_truncated(
    'persons', 'persons_service', 'persons_control', 'persons_rely', 'persons_other'
);

insert into tally (layer, grid_id, area_id, cell, count, west, south, east, north)
select
    'persons_' || p.person_class as layer,
    coalesce(a.grid_id, 0) as grid_id,
    coalesce(a.area_id, 0) as area_id,
    coalesce(a.cell, 0) as cell,
    count(*) as count,
    min(st_x(a.geom)) as west,
    min(st_y(a.geom)) as south,
    max(st_x(a.geom)) as east,
    max(st_y(a.geom)) as north
from person as p
left join address as a on p.address_id = a.id
group by p.person_class, coalesce(a.grid_id, 0), coalesce(a.area_id, 0), coalesce(a.cell, 0);
insert into coarse_tally (layer, grid_id, area_id, cell, count, west, south, east, north)
select
    layer,
    grid_id,
    area_id,
    cell_parent(cell, 9) as cell,
    sum(count) as count,
    min(west) as west,
    min(south) as south,
    max(east) as east,
    max(north) as north
from tally
where layer in ('persons_service', 'persons_control', 'persons_rely', 'persons_other')
group by layer, grid_id, area_id, cell_parent(cell, 9);

do $$
declare
    counts text;
begin
    foreach counts in array array['tally', 'coarse_tally'] loop
        execute format($policy$
            alter policy %1$s_reach on %1$I using (
                (
                    layer not in (
                        'persons', 'events',
                        'persons_service', 'persons_control', 'persons_rely', 'persons_other'
                    )
                    and (
                        (select reach_everywhere('count'))
                        or area_id in (select reach_areas('count'))
                        or grid_id in (select reach_grids('count'))
                    )
                    and (
                        layer <> 'face_cameras'
                        or (select reach_everywhere('face_camera'))
                        or area_id in (select reach_areas('face_camera'))
                        or grid_id in (select reach_grids('face_camera'))
                    )
                )
                or (
                    layer = 'persons'
                    and (
                        (select reach_everywhere('count_person'))
                        or area_id in (select reach_areas('count_person'))
                        or grid_id in (select reach_grids('count_person'))
                    )
                )
                or (
                    layer = 'events'
                    and (
                        (select reach_everywhere('count_event'))
                        or area_id in (select reach_areas('count_event'))
                        or grid_id in (select reach_grids('count_event'))
                    )
                )
                or (
                    layer in (
                        'persons_service', 'persons_control', 'persons_rely', 'persons_other'
                    )
                    and (
                        (select reach_everywhere('person'))
                        or area_id in (select reach_areas('person'))
                        or grid_id in (select reach_grids('person'))
                        or substr(layer, 9) in (select reach_classes('person'))
                        or (area_id, substr(layer, 9)) in (
                            select r.area_id, r.row_class from reach_areas_by_class('person') as r
                        )
                        or (grid_id, substr(layer, 9)) in (
                            select r.grid_id, r.row_class from reach_grids_by_class('person') as r
                        )
                    )
                )
            )
        $policy$, counts);
    end loop;
end
$$;
