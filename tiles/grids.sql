-- Grids of all layers, with what an operator reads off them; how many live there is for the
-- statistics to tell, under their threshold. Those of the second tier come at zoom 11, micro grids at 12:
-- farther out they are a few pixels wide, and twice as many as all others.
create or replace function tile_grids(z integer, x integer, y integer, query json default '{}')
returns bytea
language plpgsql stable parallel safe
as $$
begin
    return (
        select st_asmvt(t, 'grids', 4096, 'geom', 'id' order by t.id)
        from (
            select
                g.id,
                g.code,
                g.name,
                g.layer,
                a.code as area_code,
                tile_face(g.geom, f.square, tile_zoom(z, query)) as geom
            from tile_frame(z, x, y, query) as f
            inner join grid as g on g.geom && f.reach
            inner join area as a on g.area_id = a.id
            where
                g.valid_to is null
                and (g.layer <> 'second' or tile_zoom(z, query) >= 11)
                and (g.layer <> 'micro' or tile_zoom(z, query) >= 12)
        ) as t
        where t.geom is not null
    );
end
$$;
