-- Where the name of an area stands: one point inside it, in one tile only, so that an area cut by
-- tile edges is not named in each of its parts.
create or replace function tile_area_labels(
    z integer, x integer, y integer, query json default '{}'
)
returns bytea
language plpgsql stable parallel safe
as $$
begin
    return (
        select st_asmvt(t, 'area_labels', 4096, 'geom', 'id' order by t.id)
        from (
            select
                a.id,
                a.code,
                a.name,
                a.level,
                tile_geom(p.point, f.square) as geom
            from tile_frame(z, x, y, query) as f
            inner join area as a on a.geom && f.reach
            cross join lateral (select st_pointonsurface(a.geom) as point) as p
            where
                a.valid_to is null
                and st_x(p.point) >= f.west
                and st_x(p.point) < f.east
                and st_y(p.point) >= f.south
                and st_y(p.point) < f.north
            offset 0
        ) as t
        where t.geom is not null
    );
end
$$;
