-- Administrative areas of all levels that have a polygon.
create or replace function tile_areas(z integer, x integer, y integer, query json default '{}')
returns bytea
language plpgsql stable parallel safe
as $$
declare
    zoom constant integer := tile_zoom(z, query);
begin
    if zoom <= 12 then
        return (
            select st_asmvt(t, 'areas', 4096, 'geom', 'id' order by t.id)
            from (
                select
                    a.id,
                    a.code,
                    a.name,
                    a.level,
                    o.geom
                from tile_outlines(z, x, y, query, 'area') as o
                inner join area as a on o.object_id = a.id
                where a.valid_to is null and o.geom is not null
            ) as t
        );
    end if;
    return (
        select st_asmvt(t, 'areas', 4096, 'geom', 'id' order by t.id)
        from (
            select
                a.id,
                a.code,
                a.name,
                a.level,
                tile_face(a.geom, f.square, zoom) as geom
            from tile_frame(z, x, y, query) as f
            inner join area as a on a.geom && f.reach
            where a.valid_to is null
            offset 0
        ) as t
        where t.geom is not null
    );
end
$$;
