-- What cameras see: sectors, or circles where one turns or its direction is not known, each from the zoom
-- at which it reaches over a 36th of the tile. They have the ids of their cameras.
create or replace function tile_camera_sectors(
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
        select st_asmvt(t, 'camera_sectors', 4096, 'geom', 'id' order by t.id)
        from (
            select
                r.id,
                r.code,
                r.name,
                r.class,
                r.azimuth_deg,
                r.field_of_view_deg,
                r.range_m,
                tile_geom(r.sector, f.square) as geom
            from tile_frame(z, x, y, query) as f
            inner join resource as r on r.sector && f.reach
            where r.range_m >= (f.north - f.south) * 111195 / 36
            offset 0
        ) as t
        where t.geom is not null
    );
end
$$;
