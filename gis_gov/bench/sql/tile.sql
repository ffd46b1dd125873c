-- A vector tile of the grids.
select st_asmvt(tile, 'grids')
from (
    select
        g.code,
        g.name,
        st_asmvtgeom(
            st_transform(g.geom, 3857), st_tileenvelope(%(z)s, %(x)s, %(y)s), 4096, 64, true
        ) as geom
    from grid as g
    where
        g.valid_to is null
        and g.geom && st_transform(
            st_tileenvelope(%(z)s, %(x)s, %(y)s, margin => 64.0 / 4096), 4490
        )
) as tile
