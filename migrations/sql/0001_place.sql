-- Where a thing is: its grid and area follow from its point, whoever writes it.

-- Does a polygon cover a point, edges and vertices included? st_covers rounds: it counts one in some
-- ten thousand points on a slanting edge to both its sides. st_relate asks GEOS, which is exact and
-- slow, so only within a tenth of a millimetre of an edge: there, the loader (gis_gov/geo/cover.py)
-- and the database must decide alike.
create function covers_exactly(polygon geometry, point geometry) returns boolean
language sql immutable parallel safe
return
st_covers(polygon, point)
and (
    st_distance(st_boundary(polygon), point) > 1e-9
    or st_relate(polygon, point, '******FF*')
);

-- The one rule of assignment (docs/decisions.md). Covers, not within or intersects: a point on an
-- edge belongs to both neighbours, and the lowest code decides. A base grid wins; an exclusive grid
-- serves only where no base grid covers the point, i.e. where it is cut out of the base layer.
-- Without a grid, the deepest area that covers the point is still told.
create function place_of(point geometry)
returns table (grid_id bigint, area_id bigint)
language sql stable parallel safe rows 1
as $$
    select
        owner.id as grid_id,
        coalesce(owner.area_id, home.id) as area_id
    from (values (1)) as one (n)
    left join lateral (
        select
            g.id,
            g.area_id
        from grid as g
        where
            g.valid_to is null
            and g.layer in ('base', 'exclusive')
            and g.geom && point
            and covers_exactly(g.geom, point)
        order by (g.layer = 'base') desc, g.code
        limit 1
    ) as owner on true
    left join lateral (
        select a.id
        from area as a
        where
            owner.id is null
            and a.valid_to is null
            and a.geom && point
            and covers_exactly(a.geom, point)
        order by a.level_rank desc, a.code
        limit 1
    ) as home on true
$$;

-- Writers of points share this lock, a change of boundaries takes it alone: so no point can slip in
-- with the old grid while the boundary is moving.
create function boundary_lock_shared() returns void
language sql volatile
as $$ select pg_advisory_xact_lock_shared(7405002) $$;

create function boundary_lock() returns void
language sql volatile
as $$ select pg_advisory_xact_lock(7405002) $$;

-- Taken before a statement locks its first row: a change of boundaries, which locks rows after it
-- has the lock, would wait for that row while the statement waits for the lock.
create function await_boundaries() returns trigger
language plpgsql
as $$
begin
    perform boundary_lock_shared();
    return null;
end
$$;

create trigger address_await before insert or update of geom, grid_id, area_id on address
for each statement execute function await_boundaries();
create trigger resource_await before insert or update of geom, grid_id, area_id on resource
for each statement execute function await_boundaries();
create trigger event_await before insert or update of geom on event
for each statement execute function await_boundaries();
create trigger position_await before insert or update of geom on position
for each statement execute function await_boundaries();

-- A bulk load that has derived places itself (under boundary_lock_shared) says so with
-- `set local gis_gov.placed = 'on'`; the WHEN clause of the triggers then passes this by.
create function place_row() returns trigger
language plpgsql
as $$
begin
    select p.grid_id, p.area_id into new.grid_id, new.area_id from place_of(new.geom) as p;
    if tg_op = 'UPDATE' and new.cell is not distinct from old.cell then
        if new.geom is distinct from old.geom then
            new.cell := null;
        end if;
    end if;
    return new;
end
$$;

-- Only our own code can compute an H3 cell; after other writers, the server is told to.
create function announce_missing_cells() returns trigger
language plpgsql
as $$
begin
    if exists (select 1 from new_rows as n where n.cell is null and n.geom is not null) then
        perform pg_notify('cell_missing', tg_table_name);
    end if;
    return null;
end
$$;

create trigger address_place before insert or update of geom, grid_id, area_id on address
for each row when (current_setting('gis_gov.placed', true) is distinct from 'on')
execute function place_row();
create trigger resource_place before insert or update of geom, grid_id, area_id on resource
for each row when (current_setting('gis_gov.placed', true) is distinct from 'on')
execute function place_row();
-- An event keeps the grid of its day: only a corrected point places it anew.
create trigger event_place before insert on event
for each row when (current_setting('gis_gov.placed', true) is distinct from 'on')
execute function place_row();
create trigger event_place_anew before update of geom on event
-- As bytes: pg_restore has an empty search path, and does not find geometry's equality.
for each row when (
    old.geom::bytea is distinct from new.geom::bytea
    and current_setting('gis_gov.placed', true) is distinct from 'on'
)
execute function place_row();
create trigger position_place before insert or update of geom on position
for each row when (current_setting('gis_gov.placed', true) is distinct from 'on')
execute function place_row();

create trigger address_cell_after_insert after insert on address
referencing new table as new_rows
for each statement execute function announce_missing_cells();
create trigger address_cell_after_update after update on address
referencing new table as new_rows
for each statement execute function announce_missing_cells();
create trigger resource_cell_after_insert after insert on resource
referencing new table as new_rows
for each statement execute function announce_missing_cells();
create trigger resource_cell_after_update after update on resource
referencing new table as new_rows
for each statement execute function announce_missing_cells();
create trigger event_cell_after_insert after insert on event
referencing new table as new_rows
for each statement execute function announce_missing_cells();
create trigger event_cell_after_update after update on event
referencing new table as new_rows
for each statement execute function announce_missing_cells();
create trigger position_cell_after_insert after insert on position
referencing new table as new_rows
for each statement execute function announce_missing_cells();

-- Boundaries move: exactly the rows under the old or the new shape are placed again. They are
-- locked in the order in which writers of persons, houses and enterprises lock addresses.

create function replace_in(changed geometry[]) returns void
language plpgsql
as $$
declare
    was_placed text := current_setting('gis_gov.placed', true);
begin
    if cardinality(changed) is null or cardinality(changed) = 0 then
        return;
    end if;
    perform boundary_lock();
    perform set_config('gis_gov.placed', 'on', true);

    with moved as materialized (
        select distinct on (a.id) a.id, w.grid_id, w.area_id
        from unnest(changed) as c (geom)
        inner join address as a on a.geom && c.geom
        cross join lateral place_of(a.geom) as w
        where (a.grid_id, a.area_id) is distinct from (w.grid_id, w.area_id)
    ), locked as materialized (
        select a.id from address as a inner join moved as m on a.id = m.id
        order by a.id for no key update of a
    )

    update address as t
    set grid_id = m.grid_id, area_id = m.area_id
    from moved as m
    inner join locked as l on m.id = l.id
    where t.id = m.id;

    with moved as materialized (
        select distinct on (r.id) r.id, w.grid_id, w.area_id
        from unnest(changed) as c (geom)
        inner join resource as r on r.geom && c.geom
        cross join lateral place_of(r.geom) as w
        where (r.grid_id, r.area_id) is distinct from (w.grid_id, w.area_id)
    ), locked as materialized (
        select r.id from resource as r inner join moved as m on r.id = m.id
        order by r.id for no key update of r
    )

    update resource as t
    set grid_id = m.grid_id, area_id = m.area_id
    from moved as m
    inner join locked as l on m.id = l.id
    where t.id = m.id;

    -- An event that has a grid keeps it; one that waited for a grid (待认领) is claimed.
    with moved as materialized (
        select distinct on (e.id) e.id, w.grid_id, w.area_id
        from unnest(changed) as c (geom)
        inner join event as e on e.geom && c.geom and e.grid_id is null
        cross join lateral place_of(e.geom) as w
        where (e.grid_id, e.area_id) is distinct from (w.grid_id, w.area_id)
    ), locked as materialized (
        select e.id from event as e inner join moved as m on e.id = m.id
        order by e.id for no key update of e
    )

    update event as t
    set grid_id = m.grid_id, area_id = m.area_id
    from moved as m
    inner join locked as l on m.id = l.id
    where t.id = m.id;

    with moved as materialized (
        select distinct on (l.worker_id) l.worker_id, w.grid_id, w.area_id
        from unnest(changed) as c (geom)
        inner join last_position as l on l.geom && c.geom
        cross join lateral place_of(l.geom) as w
        where (l.grid_id, l.area_id) is distinct from (w.grid_id, w.area_id)
    ), locked as materialized (
        select l.worker_id from last_position as l inner join moved as m on l.worker_id = m.worker_id
        order by l.worker_id for no key update of l
    )

    update last_position as t
    set grid_id = m.grid_id, area_id = m.area_id
    from moved as m
    inner join locked as l on m.worker_id = l.worker_id
    where t.worker_id = m.worker_id;

    perform set_config('gis_gov.placed', coalesce(was_placed, ''), true);
end
$$;

create function boundaries_inserted() returns trigger
language plpgsql
as $$
begin
    perform replace_in(array(select n.geom from new_rows as n where n.geom is not null));
    perform pg_notify('boundaries', tg_table_name);
    return null;
end
$$;

create function boundaries_deleted() returns trigger
language plpgsql
as $$
begin
    perform replace_in(array(select o.geom from old_rows as o where o.geom is not null));
    perform pg_notify('boundaries', tg_table_name);
    return null;
end
$$;

-- What of a row decides over places. The queries over both transition tables are planned anew at each
-- call (execute): a plan kept from a statement of few rows joins many by nested loops.
create function grid_updated() returns trigger
language plpgsql
as $$
declare
    changed geometry[];
begin
    execute $query$
        select array_agg(g.geom)
        from old_rows as o
        inner join new_rows as n on o.id = n.id
        cross join lateral unnest(array[o.geom, n.geom]) as g (geom)
        where
            (o.layer, o.area_id, o.code, o.valid_to is null)
            is distinct from (n.layer, n.area_id, n.code, n.valid_to is null)
            or not st_orderingequals(o.geom, n.geom)
    $query$ into changed;
    perform replace_in(changed);
    perform pg_notify('boundaries', tg_table_name);
    return null;
end
$$;

create function area_updated() returns trigger
language plpgsql
as $$
declare
    changed geometry[];
begin
    execute $query$
        select array_agg(g.geom)
        from old_rows as o
        inner join new_rows as n on o.id = n.id
        cross join lateral unnest(array[o.geom, n.geom]) as g (geom)
        where
            g.geom is not null
            and (
                (o.level, o.code, o.valid_to is null)
                is distinct from (n.level, n.code, n.valid_to is null)
                or o.geom is null or n.geom is null
                or not st_orderingequals(o.geom, n.geom)
            )
    $query$ into changed;
    perform replace_in(changed);
    perform pg_notify('boundaries', tg_table_name);
    return null;
end
$$;

create trigger grid_after_insert after insert on grid
referencing new table as new_rows
for each statement execute function boundaries_inserted();
create trigger grid_after_delete after delete on grid
referencing old table as old_rows
for each statement execute function boundaries_deleted();
create trigger grid_after_update after update on grid
referencing old table as old_rows new table as new_rows
for each statement execute function grid_updated();
create trigger area_after_insert after insert on area
referencing new table as new_rows
for each statement execute function boundaries_inserted();
create trigger area_after_delete after delete on area
referencing old table as old_rows
for each statement execute function boundaries_deleted();
create trigger area_after_update after update on area
referencing old table as old_rows new table as new_rows
for each statement execute function area_updated();

-- TRUNCATE has no transition table: everything is placed again.
create function boundaries_truncated() returns trigger
language plpgsql
as $$
begin
    perform replace_in(array[st_makeenvelope('-infinity', '-infinity', 'infinity', 'infinity', 4490)]);
    perform pg_notify('boundaries', tg_table_name);
    return null;
end
$$;

create trigger grid_after_truncate after truncate on grid
for each statement execute function boundaries_truncated();
create trigger area_after_truncate after truncate on area
for each statement execute function boundaries_truncated();
