-- Enterprises, at their address; gathered by cell below zoom 15.
create or replace function tile_enterprises(z integer, x integer, y integer, query json default '{}')
returns bytea
language plpgsql stable parallel safe
as $$
begin
    if tile_zoom(z, query) < 15 then
        return tile_clusters(z, x, y, query, 'enterprises', array['enterprises'], 'enterprise');
    end if;
    return (
        select st_asmvt(t, 'enterprises', 4096, 'geom', 'id' order by t.id)
        from (
            select
                e.id,
                e.code,
                e.name,
                e.category,
                e.risk_class,
                1 as count,
                tile_geom(a.geom, f.square) as geom
            from tile_frame(z, x, y, query) as f
            inner join address as a on a.geom && f.reach
            inner join enterprise as e on a.id = e.address_id
            offset 0
        ) as t
        where t.geom is not null
    );
end
$$;
