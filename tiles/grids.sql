-- Grids of all layers, with what an operator reads off them; how many live there is for the
-- statistics to tell, under their threshold. They come at zoom 10, those of the second tier at 11, micro
-- grids at 12: farther out they are a few pixels wide. (0026_outlines.sql keeps none for these zooms.)
create or replace function tile_grids(z integer, x integer, y integer, query json default '{}')
returns bytea
language plpgsql stable parallel safe
as $$
declare
    zoom constant integer := tile_zoom(z, query);
begin
    if zoom <= 12 then
        return (
            select st_asmvt(t, 'grids', 4096, 'geom', 'id' order by t.id)
            from (
                select
                    g.id,
                    g.code,
                    g.name,
                    g.layer,
                    a.code as area_code,
                    o.geom
                from tile_outlines(z, x, y, query, 'grid') as o
                inner join grid as g on o.object_id = g.id
                inner join area as a on g.area_id = a.id
                where g.valid_to is null and o.geom is not null
            ) as t
        );
    end if;
    return (
        select st_asmvt(t, 'grids', 4096, 'geom', 'id' order by t.id)
        from (
            select
                g.id,
                g.code,
                g.name,
                g.layer,
                a.code as area_code,
                tile_face(g.geom, f.square, zoom) as geom
            from tile_frame(z, x, y, query) as f
            inner join grid as g on g.geom && f.reach
            inner join area as a on g.area_id = a.id
            where g.valid_to is null
            offset 0
        ) as t
        where t.geom is not null
    );
end
$$;
