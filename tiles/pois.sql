-- Points of interest; gathered by cell below zoom 12.
create or replace function tile_pois(z integer, x integer, y integer, query json default '{}')
returns bytea
language plpgsql stable parallel safe
as $$
begin
    if z < 12 then
        return tile_clusters(z, x, y, 'pois', array['pois'], 'resource');
    end if;
    return (
        select st_asmvt(t, 'pois', 4096, 'geom', 'id' order by t.id)
        from (
            select
                r.id,
                r.code,
                r.name,
                r.class,
                1 as count,
                tile_geom(r.geom, f.mercator) as geom
            from tile_frame(z, x, y) as f
            inner join resource as r on r.geom && f.reach
            where r.kind = 'poi'
        ) as t
        where t.geom is not null
    );
end
$$;
