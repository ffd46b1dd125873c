-- Events gathered: how many there are, how many of each state, and how many of those that are open at each
-- level. A count belongs to the tile in which the middle of its box lies, so the counts over all tiles of a
-- zoom add up to the events that have a place, whichever of them the query picks.

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
    in_squares constant boolean := way <> 'all'
    or exists (select from event as e where e.cell is null and e.geom is not null);
begin
    return (
        select st_asmvt(t, 'events', 4096, 'geom' order by t.cell, t.geom)
        from (
            select
                to_hex(n.cell) as cell,
                coalesce(n.of_all, n.told)::integer as count,
                nullif(n.open, 0)::integer as open,
                nullif(n.pending, 0)::integer as pending,
                nullif(n.accepted, 0)::integer as accepted,
                nullif(n.handling, 0)::integer as handling,
                nullif(n.verifying, 0)::integer as verifying,
                -- Of hexagons: all without those that are told besides.
                nullif(coalesce(2 * n.of_all - n.told, n.closed), 0)::integer as closed,
                nullif(n.rejected, 0)::integer as rejected,
                nullif(n.suspended, 0)::integer as suspended,
                nullif(n.open_grid, 0)::integer as open_grid,
                nullif(n.open_community, 0)::integer as open_community,
                nullif(n.open_street, 0)::integer as open_street,
                nullif(n.open_district, 0)::integer as open_district,
                tile_geom(st_setsrid(st_point(n.lon, n.lat), 4490), f.square) as geom
            from tile_frame(z, x, y, query) as f
            cross join (
                select
                    m.cell,
                    sum(m.count) as told,
                    sum(m.count) filter (where m.state = 'all') as of_all,
                    sum(m.count) filter (where m.state not in ('all', 'closed', 'rejected')) as open,
                    sum(m.count) filter (where m.state = 'pending') as pending,
                    sum(m.count) filter (where m.state = 'accepted') as accepted,
                    sum(m.count) filter (where m.state = 'handling') as handling,
                    sum(m.count) filter (where m.state = 'verifying') as verifying,
                    sum(m.count) filter (where m.state = 'closed') as closed,
                    sum(m.count) filter (where m.state = 'rejected') as rejected,
                    sum(m.count) filter (where m.state = 'suspended') as suspended,
                    sum(m.count) filter (where m.level = 'grid') as open_grid,
                    sum(m.count) filter (where m.level = 'community') as open_community,
                    sum(m.count) filter (where m.level = 'street') as open_street,
                    sum(m.count) filter (where m.level = 'district') as open_district,
                    sum(m.lon_sum) / coalesce(sum(m.count) filter (where m.state = 'all'), sum(m.count)) as lon,
                    sum(m.lat_sum) / coalesce(sum(m.count) filter (where m.state = 'all'), sum(m.count)) as lat
                from (
                    select c.* from tile_event_cells(z, x, y, query, resolution) as c
                    where way = 'all'
                    union all
                    select s.* from tile_event_squares(z, x, y, query, way = 'kept', way <> 'singly') as s
                    where in_squares
                ) as m
                group by m.cell, m.square
            ) as n
            offset 0
        ) as t
        where t.geom is not null
    );
end
$$;
