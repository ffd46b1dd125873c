-- Events gathered by hexagons.

-- By hexagons of `resolution`, below zoom 12. Those that are not closed are few; how many are closed is what
-- the counts of all have without them: one row of each place, not one of each level. Where the kept counts
-- are not for who asks, since he may see the events of some departments only, he is told of those one by one.
-- Told are the numbers of all (the state `all`) with sums of where they lie, and of those that are not closed by
-- state, and by level what is open.
drop function if exists tile_event_cells(integer, integer, integer, json, integer);
create function tile_event_cells(
    z integer, x integer, y integer, query json, resolution integer
)
returns table (
    cell bigint, square bigint, state text, level text, count bigint,
    lon_sum double precision, lat_sum double precision
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
    with kept as materialized (
        select
            t.cell,
            t.grid_id,
            t.area_id,
            t.count,
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
    )

    select
        cell_parent(n.cell, resolution) as cell,
        null::bigint as square,
        n.state,
        n.level,
        sum(n.count) as count,
        sum(n.lon_sum) as lon_sum,
        sum(n.lat_sum) as lat_sum
    from (
        select
            k.cell,
            'all' as state,
            null as level,
            k.count,
            k.lon * k.count as lon_sum,
            k.lat * k.count as lat_sum
        from kept as k
        union all
        select
            o.cell,
            o.state,
            case when o.state <> 'rejected' then o.level end as level,
            o.count,
            0 as lon_sum,
            0 as lat_sum
        from coarse_event_tally as o
        where
            o.state <> 'closed'
            and o.count > 0
            and o.cell <> 0
            -- Looked up in a hash, not joined: how many rows a tile has of either is not known when it is planned.
            and coalesce(
                (o.cell, o.grid_id, o.area_id) in (select k.cell, k.grid_id, k.area_id from kept as k), false
            )
        union all
        select
            e.cell,
            s.state,
            case when s.state not in ('rejected', 'all') then e.level end as level,
            1 as count,
            case when s.state = 'all' then st_x(e.geom) else 0 end as lon_sum,
            case when s.state = 'all' then st_y(e.geom) else 0 end as lat_sum
        from tile_frame(z, x, y, query) as f
        cross join event as e
        cross join lateral unnest(array['all', e.state]) as s (state)
        where
            is_of_some
            and s.state <> 'closed'
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
    ) as n
    group by 1, 3, 4;
end
$$;
