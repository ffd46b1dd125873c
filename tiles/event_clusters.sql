-- Events gathered: how many there are, how many of each state, and how many of those that are open at each
-- level. A count belongs to the tile in which the middle of its box lies, so the counts over all tiles of a
-- zoom add up to the events that have a place, whichever of them the query picks.

-- Whether who asks is told by the kept counts of just the events that he may read, where these lie.
create or replace function tile_events_are_counted()
returns boolean
language plpgsql stable parallel safe
as $$
begin
    return coalesce(
        coalesce(reach_of('event') -> 'of', '{}') = '{}'
        and (
            reach_everywhere('count_event')
            or reach_of('event') - 'of' = reach_of('count_event') - 'of'
        ),
        false
    );
end
$$;

-- Whether so many events are picked by state, level and class, of all that he may read, that each tile of the
-- zoom gathers them: a count may lie in another one than its events, which would have them singly.
create or replace function tile_events_are_many(query json, many integer)
returns boolean
language plpgsql stable parallel safe
as $$
declare
    state_asked constant text := query ->> 'state';
    level_asked constant text := query ->> 'level';
    is_of_class constant boolean := query ->> 'class_code' is not null;
    classes_asked constant bigint [] := array(
        select c.id from event_class as c where c.code = query ->> 'class_code'
    );
    sees_all constant boolean := reach_everywhere('event');
begin
    return (
        select coalesce(sum(n.count), 0) > many
        from (
            select t.count
            from coarse_event_tally as t
            where
                not is_of_class
                and t.count > 0
                and t.cell <> 0
                and (state_asked is null or t.state = state_asked)
                and (level_asked is null or t.level = level_asked)
                and (
                    sees_all
                    or t.area_id in (select reach_areas('event'))
                    or t.grid_id in (select reach_grids('event'))
                )
            union all
            select t.count
            from event_class_tally as t
            where
                is_of_class
                and t.class_id = any(classes_asked)
                and t.count > 0
                and t.cell <> 0
                and (state_asked is null or t.state = state_asked)
                and (level_asked is null or t.level = level_asked)
                and (
                    sees_all
                    or t.area_id in (select reach_areas('event'))
                    or t.grid_id in (select reach_grids('event'))
                )
            limit many + 1  -- so many rows are enough by themselves
        ) as n
    );
end
$$;

-- By hexagons of `resolution`, below zoom 12. Those that are not closed are few; how many are closed is what
-- the counts of all have without them: one row of each place, not one of each level. Where the kept counts
-- are not for who asks, since he may see the events of some departments only, he is told of those one by one.
create or replace function tile_event_cells(
    z integer, x integer, y integer, query json, resolution integer
)
returns table (
    cell bigint, count bigint,
    pending bigint, accepted bigint, handling bigint, verifying bigint, closed bigint, rejected bigint,
    suspended bigint,
    open_grid bigint, open_community bigint, open_street bigint, open_district bigint,
    lon double precision, lat double precision
)
language plpgsql stable parallel safe
set enable_sort = off
as $$
#variable_conflict use_column
declare
    sees_all constant boolean := reach_everywhere('event') and reach_everywhere('count_event');
    is_of_some constant boolean := coalesce(reach_of('event') -> 'of' <> '{}', false);
    around constant geometry := tile_around(z, x, y, query);
begin
    return query
    with told as (
        select
            t.cell,
            t.grid_id,
            t.area_id,
            t.count as kept,
            t.count as closed,
            0 as count,
            null as state,
            null as level,
            (t.west + t.east) / 2 as lon,
            (t.south + t.north) / 2 as lat
        from tile_frame(z, x, y, query) as f
        cross join coarse_tally as t
        where
            t.layer = 'events'
            and t.count > 0
            and t.cell <> 0
            and (t.west + t.east) / 2 >= f.west
            and (t.west + t.east) / 2 < f.east
            and (t.south + t.north) / 2 >= f.south
            and (t.south + t.north) / 2 < f.north
            and (
                sees_all
                or (select reach_everywhere('event'))
                or t.area_id in (select reach_areas('event'))
                or t.grid_id in (select reach_grids('event'))
            )
        union all
        select
            o.cell,
            o.grid_id,
            o.area_id,
            0 as kept,
            -o.count as closed,
            o.count,
            o.state,
            o.level,
            0 as lon,
            0 as lat
        from coarse_event_tally as o
        where o.state <> 'closed' and o.count > 0 and o.cell <> 0
        union all
        select
            e.cell,
            coalesce(e.grid_id, 0) as grid_id,
            coalesce(e.area_id, 0) as area_id,
            1 as kept,
            (e.state = 'closed')::integer as closed,
            (e.state <> 'closed')::integer as count,
            e.state,
            e.level,
            st_x(e.geom) as lon,
            st_y(e.geom) as lat
        from tile_frame(z, x, y, query) as f
        cross join event as e
        where
            is_of_some
            and e.geom && around
            and e.cell <> 0
            and st_x(e.geom) >= f.west
            and st_x(e.geom) < f.east
            and st_y(e.geom) >= f.south
            and st_y(e.geom) < f.north
            and not coalesce(
                (
                    (select reach_everywhere('event'))
                    or e.area_id in (select reach_areas('event'))
                    or e.grid_id in (select reach_grids('event'))
                )
                and (
                    (select reach_everywhere('count_event'))
                    or e.area_id in (select reach_areas('count_event'))
                    or e.grid_id in (select reach_grids('count_event'))
                ),
                false
            )
    ), placed as (
        -- Added up, not joined: how many rows a tile has of either is not known when it is planned.
        select
            cell_parent(t.cell, resolution) as cell,
            sum(t.kept) as count,
            sum(t.count) filter (where t.state = 'pending') as pending,
            sum(t.count) filter (where t.state = 'accepted') as accepted,
            sum(t.count) filter (where t.state = 'handling') as handling,
            sum(t.count) filter (where t.state = 'verifying') as verifying,
            sum(t.closed) as closed,
            sum(t.count) filter (where t.state = 'rejected') as rejected,
            sum(t.count) filter (where t.state = 'suspended') as suspended,
            sum(t.count) filter (where t.state <> 'rejected' and t.level = 'grid') as open_grid,
            sum(t.count) filter (where t.state <> 'rejected' and t.level = 'community') as open_community,
            sum(t.count) filter (where t.state <> 'rejected' and t.level = 'street') as open_street,
            sum(t.count) filter (where t.state <> 'rejected' and t.level = 'district') as open_district,
            sum(t.lon * t.kept) as lon,
            sum(t.lat * t.kept) as lat
        from told as t
        group by t.cell, t.grid_id, t.area_id
        having sum(t.kept) > 0
    )

    select
        p.cell,
        sum(p.count)::bigint as count,
        sum(p.pending)::bigint as pending,
        sum(p.accepted)::bigint as accepted,
        sum(p.handling)::bigint as handling,
        sum(p.verifying)::bigint as verifying,
        sum(p.closed)::bigint as closed,
        sum(p.rejected)::bigint as rejected,
        sum(p.suspended)::bigint as suspended,
        sum(p.open_grid)::bigint as open_grid,
        sum(p.open_community)::bigint as open_community,
        sum(p.open_street)::bigint as open_street,
        sum(p.open_district)::bigint as open_district,
        sum(p.lon) / sum(p.count) as lon,
        sum(p.lat) / sum(p.count) as lat
    from placed as p
    group by p.cell;
end
$$;

-- By squares of a 32nd of the tile's side: what the query picks of the kept counts, where there are `kept`, and
-- of those that have no cell yet; without counts, of all events.
create or replace function tile_event_squares(
    z integer, x integer, y integer, query json, kept boolean, uncounted boolean
)
returns table (
    cell bigint, count bigint,
    pending bigint, accepted bigint, handling bigint, verifying bigint, closed bigint, rejected bigint,
    suspended bigint,
    open_grid bigint, open_community bigint, open_street bigint, open_district bigint,
    lon double precision, lat double precision
)
language plpgsql stable parallel safe
set enable_sort = off
as $$
#variable_conflict use_column
declare
    state_asked constant text := query ->> 'state';
    level_asked constant text := query ->> 'level';
    is_of_class constant boolean := query ->> 'class_code' is not null;
    classes_asked constant bigint [] := array(
        select c.id from event_class as c where c.code = query ->> 'class_code'
    );
    sees_all constant boolean := reach_everywhere('event') and reach_everywhere('count_event');
    is_of_some constant boolean := coalesce(reach_of('event') -> 'of' <> '{}', false);
    since_asked constant timestamptz := query ->> 'since';
    until_asked constant timestamptz := query ->> 'until';
    around constant geometry := tile_around(z, x, y, query);
    zoom constant integer := tile_zoom(z, query);
    -- Where the boxes of hexagons of resolution 11 begin whose middles may lie in the tile: they are less than
    -- four times as wide as those of 12. (Under row policies an index is asked for what is there beforehand.)
    west_most constant double precision := (
        select f.west - (f.west - f.boxes_west) * 4 from tile_frame(z, x, y, query) as f
    );
    south_most constant double precision := (
        select f.south - (f.south - f.boxes_south) * 4 from tile_frame(z, x, y, query) as f
    );
    east_most constant double precision := (select f.east from tile_frame(z, x, y, query) as f);
    north_most constant double precision := (select f.north from tile_frame(z, x, y, query) as f);
begin
    return query
    select
        null::bigint as cell,
        sum(p.count)::bigint as count,
        (sum(p.count) filter (where p.state = 'pending'))::bigint as pending,
        (sum(p.count) filter (where p.state = 'accepted'))::bigint as accepted,
        (sum(p.count) filter (where p.state = 'handling'))::bigint as handling,
        (sum(p.count) filter (where p.state = 'verifying'))::bigint as verifying,
        (sum(p.count) filter (where p.state = 'closed'))::bigint as closed,
        (sum(p.count) filter (where p.state = 'rejected'))::bigint as rejected,
        (sum(p.count) filter (where p.state = 'suspended'))::bigint as suspended,
        (sum(p.count) filter (where p.is_open and p.level = 'grid'))::bigint as open_grid,
        (sum(p.count) filter (where p.is_open and p.level = 'community'))::bigint as open_community,
        (sum(p.count) filter (where p.is_open and p.level = 'street'))::bigint as open_street,
        (sum(p.count) filter (where p.is_open and p.level = 'district'))::bigint as open_district,
        sum(p.lon * p.count) / sum(p.count) as lon,
        sum(p.lat * p.count) / sum(p.count) as lat
    from tile_frame(z, x, y, query) as f
    cross join (
        select n.count, n.state, n.level, n.state not in ('closed', 'rejected') as is_open, n.lon, n.lat
        from (
            select
                t.count,
                t.state,
                t.level,
                t.area_id,
                t.grid_id,
                (t.west + t.east) / 2 as lon,
                (t.south + t.north) / 2 as lat
            from coarse_event_tally as t
            where
                kept
                and zoom < 14
                and not is_of_class
                and t.count > 0
                and t.cell <> 0
                and (state_asked is null or t.state = state_asked)
                and (level_asked is null or t.level = level_asked)
            union all
            select
                t.count,
                t.state,
                t.level,
                t.area_id,
                t.grid_id,
                (t.west + t.east) / 2 as lon,
                (t.south + t.north) / 2 as lat
            from event_tally as t
            where
                kept
                and zoom >= 14
                and not is_of_class
                and t.west between west_most and east_most
                and t.south between south_most and north_most
                and t.count > 0
                and t.cell <> 0
                and (state_asked is null or t.state = state_asked)
                and (level_asked is null or t.level = level_asked)
            union all
            select
                t.count,
                t.state,
                t.level,
                t.area_id,
                t.grid_id,
                (t.west + t.east) / 2 as lon,
                (t.south + t.north) / 2 as lat
            from event_class_tally as t
            where
                kept
                and is_of_class
                and t.class_id = any(classes_asked)
                and t.count > 0
                and t.cell <> 0
                and (state_asked is null or t.state = state_asked)
                and (level_asked is null or t.level = level_asked)
        ) as n
        where
            sees_all
            or (select reach_everywhere('event'))
            or n.area_id in (select reach_areas('event'))
            or n.grid_id in (select reach_grids('event'))
        union all
        select
            1 as count,
            e.state,
            e.level,
            e.state not in ('closed', 'rejected') as is_open,
            st_x(e.geom) as lon,
            st_y(e.geom) as lat
        from event as e
        where
            not uncounted
            and e.geom && around
            and (state_asked is null or e.state = state_asked)
            and (level_asked is null or e.level = level_asked)
            and (not is_of_class or e.class_id = any(classes_asked))
            and (until_asked is null or e.reported_at < until_asked)
            and (since_asked is null or e.closed_at is null or e.closed_at >= since_asked)
        union all
        select
            1 as count,
            e.state,
            e.level,
            e.state not in ('closed', 'rejected') as is_open,
            st_x(e.geom) as lon,
            st_y(e.geom) as lat
        from event as e
        where
            uncounted
            and e.cell is null
            and e.geom is not null
            and (state_asked is null or e.state = state_asked)
            and (level_asked is null or e.level = level_asked)
            and (not is_of_class or e.class_id = any(classes_asked))
            and (
                is_of_some
                or (select reach_everywhere('count_event'))
                or e.area_id in (select reach_areas('count_event'))
                or e.grid_id in (select reach_grids('count_event'))
            )
    ) as p
    where p.lon >= f.west and p.lon < f.east and p.lat >= f.south and p.lat < f.north
    group by
        floor((p.lon - f.west) / (f.east - f.west) * 32),
        floor((p.lat - f.south) / (f.north - f.south) * 32);
end
$$;

-- A tile of gathered events: all of them by hexagons, or some by squares, of the kept counts or one by one.
create or replace function tile_event_clusters(
    z integer, x integer, y integer, query json, way text
)
returns bytea
language plpgsql stable parallel safe
as $$
declare
    -- As in `tile_clusters`.
    resolution constant integer := greatest(
        0, least(12, round(8 + (tile_zoom(z, query) - 10) * 0.7124))
    );
begin
    return (
        select st_asmvt(t, 'events', 4096, 'geom' order by t.cell, t.geom)
        from (
            select
                to_hex(n.cell) as cell,
                n.count::integer as count,
                nullif(n.count - coalesce(n.closed, 0) - coalesce(n.rejected, 0), 0)::integer as open,
                nullif(n.pending, 0)::integer as pending,
                nullif(n.accepted, 0)::integer as accepted,
                nullif(n.handling, 0)::integer as handling,
                nullif(n.verifying, 0)::integer as verifying,
                nullif(n.closed, 0)::integer as closed,
                nullif(n.rejected, 0)::integer as rejected,
                nullif(n.suspended, 0)::integer as suspended,
                nullif(n.open_grid, 0)::integer as open_grid,
                nullif(n.open_community, 0)::integer as open_community,
                nullif(n.open_street, 0)::integer as open_street,
                nullif(n.open_district, 0)::integer as open_district,
                tile_geom(st_setsrid(st_point(n.lon, n.lat), 4490), f.square) as geom
            from tile_frame(z, x, y, query) as f
            cross join (
                select c.* from tile_event_cells(z, x, y, query, resolution) as c
                where way = 'all'
                union all
                select s.* from tile_event_squares(z, x, y, query, way = 'kept', way <> 'singly') as s
            ) as n
            offset 0
        ) as t
        where t.geom is not null
    );
end
$$;
