-- Buildings and dwellings, at their address; gathered by cell below zoom 14.
create or replace function tile_houses(z integer, x integer, y integer, query json default '{}')
returns bytea
language sql stable parallel safe
as $$
    select case
        when z < 14 then tile_clusters(z, x, y, 'houses', array['buildings', 'dwellings'])
        else (
            select st_asmvt(t, 'houses', 4096, 'geom', 'id' order by t.id)
            from (
                select
                    h.id,
                    h.code,
                    h.name,
                    h.kind,
                    h.usage,
                    h.floors,
                    1 as count,
                    tile_geom(a.geom, f.mercator) as geom
                from tile_frame(z, x, y) as f
                inner join address as a on a.geom && f.reach
                inner join house as h on a.id = h.address_id
            ) as t
            where t.geom is not null
        )
    end
$$;
