-- Events by class, state and level; gathered by cell below zoom 12, and closed ones, of which there are
-- by far the most, still below zoom 16, by smaller cells and state.
create or replace function tile_events(z integer, x integer, y integer, query json default '{}')
returns bytea
language plpgsql stable parallel safe
as $$
declare
    zoom constant integer := tile_zoom(z, query);
begin
    if zoom < 12 then
        return tile_clusters(z, x, y, query, 'events', array['events'], 'event');
    end if;
    return (
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
            inner join event as e on e.geom && f.reach
            left join event_class as c on e.class_id = c.id
            where
                zoom >= 16
                or e.state not in ('closed', 'rejected')
                or coalesce(e.cell, 0) = 0
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
            cross join (
                select
                    cell_parent(e.cell, least(zoom - 2, 11)) as cell,
                    e.state,
                    count(*)::integer as count,
                    avg(st_x(e.geom)) as lon,
                    avg(st_y(e.geom)) as lat
                from tile_frame(z, x, y, query) as f
                inner join event as e on e.geom && f.reach
                where
                    zoom < 16
                    and e.state in ('closed', 'rejected')
                    and e.cell <> 0
                    and st_x(e.geom) >= f.west
                    and st_x(e.geom) < f.east
                    and st_y(e.geom) >= f.south
                    and st_y(e.geom) < f.north
                group by 1, 2
            ) as g
        ) as t
        where t.geom is not null
    );
end
$$;
