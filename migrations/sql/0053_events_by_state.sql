-- Events counted by state and level, and by class, too, so that a map of some of them, and what it tells of
-- the others, reads some ten thousand rows instead of a million. By class only by hexagons of resolution 9, and
-- by state and level by those of resolution 11, too; farther in there are few enough to be read one by one.

-- Rows are taken in key order, table by table, and by each write of events in this order, so that two writers
-- never wait for each other in a circle.
create function tally_events_apart() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    counted record;
    picked constant text :=
        'select coalesce(r.class_id, 0) as class_id, r.state, coalesce(r.level, '''') as level,'
        ' coalesce(r.cell, 0) as cell, coalesce(r.grid_id, 0) as grid_id,'
        ' coalesce(r.area_id, 0) as area_id, r.geom, ';
    moved constant text :=
        ' where'
        ' (r.class_id, r.state, r.level, r.cell, r.grid_id, r.area_id, r.geom::bytea)'
        ' is distinct from'
        ' (s.class_id, s.state, s.level, s.cell, s.grid_id, s.area_id, s.geom::bytea)';
    changes constant text := case tg_op
        when 'INSERT' then picked || '1 as delta from new_rows as r'
        when 'DELETE' then picked || '-1 as delta from old_rows as r'
        else
            picked || '1 as delta from new_rows as r join old_rows as s using (id)' || moved
            || ' union all '
            || picked || '-1 from old_rows as r join new_rows as s using (id)' || moved
    end;
begin
    for counted in
        select
            c.name,
            c.key,
            c.resolution
        from (
            values
            (1, 'event_tally', 'state, level, cell, grid_id, area_id', 11),
            (2, 'coarse_event_tally', 'state, level, cell, grid_id, area_id', 9),
            (3, 'event_class_tally', 'class_id, state, level, cell, grid_id, area_id', 9)
        ) as c (number, name, key, resolution)
        order by c.number
    loop
        execute format($query$
            insert into %1$I as t (%2$s, count, west, south, east, north)
            select
                %2$s,
                sum(c.delta)::integer,
                min(st_x(c.geom)) filter (where c.delta > 0),
                min(st_y(c.geom)) filter (where c.delta > 0),
                max(st_x(c.geom)) filter (where c.delta > 0),
                max(st_y(c.geom)) filter (where c.delta > 0)
            from (
                select
                    e.class_id, e.state, e.level, e.grid_id, e.area_id, e.geom, e.delta,
                    cell_parent(e.cell, %4$s) as cell
                from (%3$s) as e
            ) as c
            group by %2$s
            order by %2$s
            on conflict (%2$s) do update
            set
                count = t.count + excluded.count,
                west = least(t.west, excluded.west),
                south = least(t.south, excluded.south),
                east = greatest(t.east, excluded.east),
                north = greatest(t.north, excluded.north)
        $query$, counted.name, counted.key, changes, counted.resolution);
    end loop;
    return null;
end
$$;

create function events_apart_truncated() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    delete from event_tally;
    delete from coarse_event_tally;
    delete from event_class_tally;
    return null;
end
$$;

revoke execute on function tally_events_apart(), events_apart_truncated() from public;

create trigger event_tally_apart_insert after insert on event
referencing new table as new_rows
for each statement execute function tally_events_apart();
create trigger event_tally_apart_delete after delete on event
referencing old table as old_rows
for each statement execute function tally_events_apart();
create trigger event_tally_apart_update after update on event
referencing old table as old_rows new table as new_rows
for each statement execute function tally_events_apart();
create trigger event_tally_apart_truncate after truncate on event
for each statement execute function events_apart_truncated();

insert into event_class_tally (
    class_id, state, level, cell, grid_id, area_id, count, west, south, east, north
)
select
    coalesce(class_id, 0),
    state,
    coalesce(level, ''),
    coalesce(cell_parent(cell, 9), 0),
    coalesce(grid_id, 0),
    coalesce(area_id, 0),
    count(*),
    min(st_x(geom)),
    min(st_y(geom)),
    max(st_x(geom)),
    max(st_y(geom))
from event
group by 1, 2, 3, 4, 5, 6;
insert into coarse_event_tally (
    state, level, cell, grid_id, area_id, count, west, south, east, north
)
select
    state,
    level,
    cell,
    grid_id,
    area_id,
    sum(count),
    min(west),
    min(south),
    max(east),
    max(north)
from event_class_tally
group by 1, 2, 3, 4, 5;
insert into event_tally (
    state, level, cell, grid_id, area_id, count, west, south, east, north
)
select
    state,
    coalesce(level, ''),
    coalesce(cell_parent(cell, 11), 0),
    coalesce(grid_id, 0),
    coalesce(area_id, 0),
    count(*),
    min(st_x(geom)),
    min(st_y(geom)),
    max(st_x(geom)),
    max(st_y(geom))
from event
group by 1, 2, 3, 4, 5;

-- Told to whom the counts of all events are, as those of the tally.
do $$
declare
    counts text;
begin
    foreach counts in array array['event_tally', 'coarse_event_tally', 'event_class_tally'] loop
        execute format($policy$
            alter table %1$I enable row level security;
            create policy %1$s_reach on %1$I to gis_gov_app using (
                (select reach_everywhere('count_event'))
                or area_id in (select reach_areas('count_event'))
                or grid_id in (select reach_grids('count_event'))
            );
            grant select on %1$I to gis_gov_app;
        $policy$, counts);
    end loop;
end
$$;
analyze event_tally, coarse_event_tally, event_class_tally;
