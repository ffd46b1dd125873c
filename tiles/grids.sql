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
    return (
        select st_asmvt(t, 'grids', 4096, 'geom', 'id' order by t.id)
        from (
            select
                g.id,
                g.code,
                g.name,
                g.layer,
                a.code as area_code,
                d.geom
            from (
                select o.object_id, o.geom
                from tile_outlines(z, x, y, query, 'grid') as o
                where zoom <= 12
                union all
                select n.id as object_id, tile_face(n.geom, f.square, zoom) as geom
                from tile_frame(z, x, y, query) as f
                inner join grid as n on n.geom && f.reach
                where zoom > 12
            ) as d
            inner join grid as g on d.object_id = g.id
            inner join area as a on g.area_id = a.id
            where g.valid_to is null
        ) as t
        where t.geom is not null
    );
end
$$;
