-- Events gathered by hexagons.

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
