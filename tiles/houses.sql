-- Buildings as footprints, or as their address point where there is none, each with the number of
-- its dwellings; a dwelling without a building stands for itself, for those who may see rooms. Gathered
-- by cell below zoom 15, where others are told of the buildings only.
create or replace function tile_houses(z integer, x integer, y integer, query json default '{}')
returns bytea
language plpgsql stable parallel safe
as $$
begin
    if tile_zoom(z, query) < 15 then
        return tile_clusters(z, x, y, query, 'houses', array['buildings', 'dwellings'], 'house');
    end if;
    return (
        with near as materialized (
            select
                h.id,
                tile_geom(h.geom, f.square) as geom
            from tile_frame(z, x, y, query) as f
            inner join house as h on h.geom && f.reach
            where h.kind = 'building' or h.parent_id is null
            union all
            select
                h.id,
                tile_geom(a.geom, f.square) as geom
            from tile_frame(z, x, y, query) as f
            inner join address as a on a.geom && f.reach
            inner join house as h on a.id = h.address_id
            where h.geom is null and (h.kind = 'building' or h.parent_id is null)
        ), counted as (
            select
                h.parent_id,
                count(*)::integer as dwellings
            from house as h
            where
                h.kind = 'dwelling'
                and h.parent_id = any(array(select n.id from near as n))
            group by h.parent_id
        )

        select st_asmvt(t, 'houses', 4096, 'geom', 'id' order by t.id)
        from (
            select
                h.id,
                h.code,
                h.name,
                h.kind,
                h.usage,
                h.floors,
                h.height_m,
                1 + coalesce(c.dwellings, 0) as count,
                n.geom
            from near as n
            inner join house as h on n.id = h.id
            left join counted as c on n.id = c.parent_id
            where
                h.kind = 'building'
                or (select reach_everywhere('room'))
                or h.area_id in (select reach_areas('room'))
                or h.grid_id in (select reach_grids('room'))
        ) as t
        where t.geom is not null
    );
end
$$;
