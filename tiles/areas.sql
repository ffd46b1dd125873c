-- Administrative areas of all levels that have a polygon.
create or replace function tile_areas(z integer, x integer, y integer, query json default '{}')
returns bytea
language plpgsql stable parallel safe
as $$
declare
    zoom constant integer := tile_zoom(z, query);
begin
    return (
        select st_asmvt(t, 'areas', 4096, 'geom', 'id' order by t.id)
        from (
            select
                a.id,
                a.code,
                a.name,
                a.level,
                d.geom
            from (
                select o.object_id, o.geom
                from tile_outlines(z, x, y, query, 'area') as o
                where zoom <= 12
                union all
                select n.id as object_id, tile_face(n.geom, f.square, zoom) as geom
                from tile_frame(z, x, y, query) as f
                inner join area as n on n.geom && f.reach
                where zoom > 12
            ) as d
            inner join area as a on d.object_id = a.id
            where a.valid_to is null
        ) as t
        where t.geom is not null
    );
end
$$;
