-- Events gathered by squares.

-- By squares of a 32nd of the tile's side: what the query picks of the kept counts, where there are `kept`, and
-- of those that have no cell yet; without counts, of all events. Told are numbers and sums of where they lie,
-- by state, and by level what is open. (It is planned each time.)
drop function if exists tile_event_squares(integer, integer, integer, json, boolean, boolean);
create function tile_event_squares(
    z integer, x integer, y integer, query json, kept boolean, uncounted boolean
)
returns table (
    cell bigint, square bigint, state text, level text, count bigint,
    lon_sum double precision, lat_sum double precision
)
language plpgsql stable parallel safe
set enable_sort = off
set plan_cache_mode = force_custom_plan
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
    with counted as (
        select c.*
        from (
            select
                t.count,
                null::bigint as class_id,
                t.state,
                t.level,
                t.cell,
                t.area_id,
                t.grid_id,
                (t.west + t.east) / 2 as lon,
                (t.south + t.north) / 2 as lat
            from coarse_event_tally as t
            where kept and not is_of_class and zoom < 14
            union all
            select
                t.count,
                null as class_id,
                t.state,
                t.level,
                t.cell,
                t.area_id,
                t.grid_id,
                (t.west + t.east) / 2 as lon,
                (t.south + t.north) / 2 as lat
            from event_tally as t
            where
                kept
                and not is_of_class
                and zoom >= 14
                and t.west between west_most and east_most
                and t.south between south_most and north_most
            union all
            select
                t.count,
                t.class_id,
                t.state,
                t.level,
                t.cell,
                t.area_id,
                t.grid_id,
                (t.west + t.east) / 2 as lon,
                (t.south + t.north) / 2 as lat
            from event_class_tally as t
            where kept and is_of_class
        ) as c
        where
            c.count > 0
            and c.cell <> 0
            and (
                sees_all
                or (select reach_everywhere('event'))
                or c.area_id in (select reach_areas('event'))
                or c.grid_id in (select reach_grids('event'))
            )
    ), single as (
        -- What is open still, and what was closed since then: an index has either.
        select e.class_id, e.state, e.level, e.reported_at, e.geom
        from event as e
        where not uncounted and since_asked is null and e.geom && around
        union all
        select e.class_id, e.state, e.level, e.reported_at, e.geom
        from event as e
        where not uncounted and since_asked is not null and e.closed_at is null and e.geom && around
        union all
        select e.class_id, e.state, e.level, e.reported_at, e.geom
        from event as e
        where not uncounted and e.closed_at >= since_asked and e.geom && around
        union all
        select e.class_id, e.state, e.level, e.reported_at, e.geom
        from event as e
        where
            uncounted
            and e.cell is null
            and e.geom is not null
            and (
                is_of_some
                or (select reach_everywhere('count_event'))
                or e.area_id in (select reach_areas('count_event'))
                or e.grid_id in (select reach_grids('count_event'))
            )
    )

    select
        null::bigint as cell,
        (
            floor((p.lon - f.west) / (f.east - f.west) * 32) * 32
            + floor((p.lat - f.south) / (f.north - f.south) * 32)
        )::bigint as square,
        p.state,
        case when p.state not in ('closed', 'rejected') then p.level end as level,
        sum(p.count) as count,
        sum(p.lon * p.count) as lon_sum,
        sum(p.lat * p.count) as lat_sum
    from tile_frame(z, x, y, query) as f
    cross join (
        select c.class_id, c.state, c.level, c.count, c.lon, c.lat
        from counted as c
        union all
        select
            s.class_id,
            s.state,
            s.level,
            1 as count,
            st_x(s.geom) as lon,
            st_y(s.geom) as lat
        from single as s
        where until_asked is null or s.reported_at < until_asked
    ) as p
    where
        (state_asked is null or p.state = state_asked)
        and (level_asked is null or p.level = level_asked)
        and (not is_of_class or p.class_id = any(classes_asked))
        and p.lon >= f.west
        and p.lon < f.east
        and p.lat >= f.south
        and p.lat < f.north
    group by 2, 3, 4;
end
$$;
