-- Events gathered by squares.

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
