-- Buildings as footprints, or as their address point where there is none, each with the number of
-- its dwellings; a dwelling without a building stands for itself, and is named to those who may see
-- rooms. Gathered by cell below zoom 14.
create or replace function tile_houses(z integer, x integer, y integer, query json default '{}')
returns bytea
language plpgsql stable parallel safe
as $$
begin
    if z < 14 then
        return tile_clusters(z, x, y, 'houses', array['buildings', 'dwellings'], 'house');
    end if;
    return (
        with near as materialized (
            select
                h.id,
                h.code,
                h.name,
                h.kind,
                h.usage,
                h.floors,
                h.height_m,
                h.area_id,
                h.grid_id,
                tile_geom(h.geom, f.mercator) as geom
            from tile_frame(z, x, y) as f
            inner join house as h on h.geom && f.reach
            union all
            select
                h.id,
                h.code,
                h.name,
                h.kind,
                h.usage,
                h.floors,
                h.height_m,
                h.area_id,
                h.grid_id,
                tile_geom(a.geom, f.mercator) as geom
            from tile_frame(z, x, y) as f
            inner join address as a on a.geom && f.reach
            inner join house as h on a.id = h.address_id
            where h.geom is null and h.parent_id is null
        ), counted as (
            select
                h.parent_id,
                count(*)::integer as dwellings
            from house as h
            where h.parent_id = any(array(select n.id from near as n where n.kind = 'building'))
            group by h.parent_id
        )

        select st_asmvt(t, 'houses', 4096, 'geom', 'id' order by t.id)
        from (
            select
                n.id,
                n.code,
                case
                    when
                        n.kind = 'building'
                        or (select reach_everywhere('room'))
                        or n.area_id in (select reach_areas('room'))
                        or n.grid_id in (select reach_grids('room'))
                        then n.name
                end as name,
                n.kind,
                n.usage,
                n.floors,
                n.height_m,
                1 + coalesce(c.dwellings, 0) as count,
                n.geom
            from near as n
            left join counted as c on n.id = c.parent_id
        ) as t
        where t.geom is not null
    );
end
$$;
