-- Administrative areas of all levels that have a polygon.
create or replace function tile_areas(z integer, x integer, y integer, query json default '{}')
returns bytea
language plpgsql stable parallel safe
as $$
begin
    return (
        select st_asmvt(t, 'areas', 4096, 'geom', 'id' order by t.id)
        from (
            select
                a.id,
                a.code,
                a.name,
                a.level,
                tile_face(a.geom, f.square, tile_zoom(z, query)) as geom
            from tile_frame(z, x, y, query) as f
            inner join area as a on a.geom && f.reach
            where a.valid_to is null
        ) as t
        where t.geom is not null
    );
end
$$;
