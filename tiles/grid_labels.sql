-- Where the name of a grid stands: one point inside it, in one tile only, so that a grid cut by
-- tile edges is not named in each of its parts.
create or replace function tile_grid_labels(
    z integer, x integer, y integer, query json default '{}'
)
returns bytea
language plpgsql stable parallel safe
as $$
begin
    if tile_zoom(z, query) < 12 then
        return '';
    end if;
    return (
        select st_asmvt(t, 'grid_labels', 4096, 'geom', 'id' order by t.id)
        from (
            select
                g.id,
                g.code,
                g.name,
                g.layer,
                tile_geom(p.point, f.square) as geom
            from tile_frame(z, x, y, query) as f
            inner join grid as g on g.geom && f.reach
            cross join lateral (select st_pointonsurface(g.geom) as point) as p
            where
                g.valid_to is null
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
