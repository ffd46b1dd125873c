-- Buildings as footprints, or as their address point where there is none, each with the number of
-- its dwellings; a dwelling without a building stands for itself, and is named to those who may see
-- rooms. Gathered by cell below zoom 14.
create or replace function tile_houses(z integer, x integer, y integer, query json default '{}')
returns bytea
language sql stable parallel safe
as $$
    select case
        when z < 14 then tile_clusters(z, x, y, 'houses', array['buildings', 'dwellings'], 'house')
        else (
            select st_asmvt(t, 'houses', 4096, 'geom', 'id' order by t.id)
            from (
                select
                    h.id,
                    h.code,
                    case
                        when
                            h.kind = 'building'
                            or (select reach_everywhere('room'))
                            or h.area_id in (select reach_areas('room'))
                            or h.grid_id in (select reach_grids('room'))
                            then h.name
                    end as name,
                    h.kind,
                    h.usage,
                    h.floors,
                    h.height_m,
                    1 + d.dwellings as count,
                    tile_geom(h.place, f.mercator) as geom
                from tile_frame(z, x, y) as f
                cross join lateral (
                    select
                        b.*,
                        b.geom as place
                    from house as b
                    where b.geom && f.reach
                    union all
                    select
                        b.*,
                        a.geom as place
                    from address as a
                    inner join house as b on a.id = b.address_id
                    where a.geom && f.reach and b.geom is null and b.parent_id is null
                ) as h
                cross join lateral (
                    select count(*)::integer as dwellings from house as c where c.parent_id = h.id
                ) as d
            ) as t
            where t.geom is not null
        )
    end
$$;
