-- Events by class, state and level; gathered by cell below zoom 12. Closed ones, of which there are by
-- far the most, are gathered by smaller cells and state still below zoom 16, and beyond it where more
-- than 2,000 events lie in a tile.
--
-- How many of a cell are closed is what the kept counts have of it without those that are not closed,
-- which are few: to read each closed event takes a second for a tile at zoom 12. Where the kept counts are
-- not for who asks, since he may see the events of some departments only, he is told of those one by one.
create or replace function tile_events(z integer, x integer, y integer, query json default '{}')
returns bytea
language plpgsql stable parallel safe
as $$
declare
    zoom constant integer := tile_zoom(z, query);
    -- Farther in a kept count may lie in a tile and its events in the next one, which has them singly.
    is_kept constant boolean := zoom < 16;
    is_coarse constant boolean := zoom <= 13;
    sees_all constant boolean := reach_everywhere('event') and reach_everywhere('count_event');
    are_counted constant boolean := tile_events_are_counted();
    gathers boolean := zoom < 16;
    -- By how many fine cells a kept count may reach out of the tile: a coarse one is 16 times as wide.
    wide constant integer := case when is_coarse then 20 else 1 end;
    -- Where what the tile shows lies, and what may be in a kept count of it. (Under row policies an index is
    -- asked for a box only that is there when the query begins.)
    around constant geometry := (
        select
            case
                when is_kept
                    then st_envelope(
                        st_collect(
                            f.reach,
                            st_expand(
                                st_makeenvelope(f.west, f.south, f.east, f.north, 4490),
                                (f.west - f.boxes_west) * wide,
                                (f.south - f.boxes_south) * wide
                            )
                        )
                    )
                else f.reach
            end
        from tile_frame(z, x, y, query) as f
    );
begin
    if num_nonnulls(
        query ->> 'state',
        query ->> 'level',
        query ->> 'class_code',
        query ->> 'since',
        query ->> 'until'
    ) > 0 then
        return tile_events_picked(z, x, y, query);
    end if;
    if zoom < 12 then
        return tile_event_clusters(z, x, y, query, 'all');
    end if;
    if not gathers then
        gathers := (
            select count(*) > 2000
            from (
                select from tile_frame(z, x, y, query) as f
                inner join event as e on e.geom && f.reach
                limit 2001
            ) as n
        );
    end if;
    return (
        with unclosed as materialized (
            -- Few of all, and read once; those that have no cell yet are among them, closed or not.
            select e.id, e.cell, e.grid_id, e.area_id, e.state, e.geom
            from event as e
            where gathers and e.geom && around and (e.state <> 'closed' or coalesce(e.cell, 0) = 0)
        ), kept as (
            select
                t.cell,
                t.grid_id,
                t.area_id,
                t.count,
                (t.west + t.east) / 2 as lon,
                (t.south + t.north) / 2 as lat
            from tile_frame(z, x, y, query) as f
            cross join lateral (
                select c.cell, c.grid_id, c.area_id, c.count, c.west, c.south, c.east, c.north
                from tally as c
                where
                    c.layer = 'events'
                    and is_kept
                    and not is_coarse
                    and c.west between f.boxes_west and f.east
                    and c.south between f.boxes_south and f.north
                union all
                select c.cell, c.grid_id, c.area_id, c.count, c.west, c.south, c.east, c.north
                from coarse_tally as c
                where
                    c.layer = 'events'
                    and is_coarse
                    and c.west between f.coarse_west and f.east
                    and c.south between f.coarse_south and f.north
            ) as t
            where
                t.count > 0
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
        ), closed as (
            -- Added up, not joined: how many rows a tile has of either is not known when it is planned.
            select
                n.cell,
                sum(n.count) as count,
                sum(n.lon * n.kept) / sum(n.kept) as lon,
                sum(n.lat * n.kept) / sum(n.kept) as lat
            from (
                select
                    k.cell,
                    k.grid_id,
                    k.area_id,
                    k.count,
                    k.count as kept,
                    k.lon,
                    k.lat
                from kept as k
                union all
                select
                    case when is_coarse then cell_parent(e.cell, 9) else e.cell end as cell,
                    coalesce(e.grid_id, 0) as grid_id,
                    coalesce(e.area_id, 0) as area_id,
                    -1 as count,
                    0 as kept,
                    0 as lon,
                    0 as lat
                from unclosed as e
                where is_kept and e.state <> 'closed' and e.cell <> 0
            ) as n
            group by n.cell, n.grid_id, n.area_id
            having sum(n.kept) > 0
        ), finished as (
            select
                w.cell,
                'closed' as state,
                w.count,
                w.lon,
                w.lat
            from closed as w
            union all
            select
                e.cell,
                e.state,
                1 as count,
                st_x(e.geom) as lon,
                st_y(e.geom) as lat
            from tile_frame(z, x, y, query) as f
            cross join lateral (
                select r.cell, r.state, r.geom
                from unclosed as r
                where r.state = 'rejected'
                union all
                select c.cell, c.state, c.geom
                from event as c
                where
                    not (is_kept and are_counted)
                    and c.geom && f.reach
                    and c.state = 'closed'
                    and not coalesce(
                        is_kept and
                        (
                            (select reach_everywhere('event'))
                            or c.area_id in (select reach_areas('event'))
                            or c.grid_id in (select reach_grids('event'))
                        )
                        and (
                            (select reach_everywhere('count_event'))
                            or c.area_id in (select reach_areas('count_event'))
                            or c.grid_id in (select reach_grids('count_event'))
                        ),
                        false
                    )
            ) as e
            where
                gathers
                and e.cell <> 0
                and st_x(e.geom) >= f.west
                and st_x(e.geom) < f.east
                and st_y(e.geom) >= f.south
                and st_y(e.geom) < f.north
        ), gathered as (
            select
                cell_parent(n.cell, case when is_coarse then 9 when zoom < 16 then zoom - 4 else 12 end) as cell,
                n.state,
                sum(n.count)::integer as count,
                sum(n.lon * n.count) / sum(n.count) as lon,
                sum(n.lat * n.count) / sum(n.count) as lat
            from finished as n
            where n.count > 0
            group by 1, 2
        ), singly as (
            select u.id
            from tile_frame(z, x, y, query) as f
            inner join unclosed as u on u.geom && f.reach
            where u.state not in ('closed', 'rejected') or coalesce(u.cell, 0) = 0
            union all
            select e.id
            from tile_frame(z, x, y, query) as f
            inner join event as e on e.geom && f.reach
            where not gathers
        )

        select st_asmvt(t, 'events', 4096, 'geom', 'id' order by t.id, t.cell, t.state)
        from (
            select
                e.id,
                null as cell,
                e.code,
                e.title,
                e.state,
                e.level,
                c.code as class_code,
                c.name as class_name,
                extract(epoch from e.reported_at)::bigint as reported_at,
                1 as count,
                tile_geom(e.geom, f.square) as geom
            from tile_frame(z, x, y, query) as f
            cross join singly as s
            inner join event as e on s.id = e.id
            left join event_class as c on e.class_id = c.id
            union all
            select
                null as id,
                to_hex(g.cell) as cell,
                null as code,
                null as title,
                g.state,
                null as level,
                null as class_code,
                null as class_name,
                null as reported_at,
                g.count,
                tile_geom(st_setsrid(st_point(g.lon, g.lat), 4490), f.square) as geom
            from tile_frame(z, x, y, query) as f
            cross join gathered as g
            offset 0
        ) as t
        where t.geom is not null
    );
end
$$;
