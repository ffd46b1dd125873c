-- A vector tile of the grids, as one would write it by hand.
select st_asmvt(tile, 'grids', 4096, 'geom', 'id')
from (
    select
        g.id,
        g.code,
        g.name,
        g.layer,
        a.code as area_code,
        st_asmvtgeom(
            st_transform(g.geom, 3857), st_tileenvelope(%(z)s, %(x)s, %(y)s), 4096, 64, true
        ) as geom
    from grid as g
    inner join area as a on g.area_id = a.id
    where
        g.valid_to is null
        and g.geom && st_transform(
            st_tileenvelope(%(z)s, %(x)s, %(y)s, margin => 64.0 / 4096), 4490
        )
    order by g.id
) as tile
