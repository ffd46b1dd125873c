-- The hexagons of a heat map as one vector tile, from what was told of them: an empty tile is null.
select st_asmvt(t, 'heatmap', 4096, 'geom' order by t.cell)
from (
    select
        h.cell,
        h.count,
        h.weight,
        case when h.count is null then true end as withheld,
        st_asmvtgeom(
            st_transform(st_geomfromwkb(h.shape, 4490), 3857),
            st_tileenvelope(%(z)s::integer, %(x)s::integer, %(y)s::integer),
            4096, 64, true
        ) as geom
    from unnest(
        %(cells)s::text[], %(counts)s::bigint[], %(weights)s::double precision[], %(shapes)s::bytea[]
    ) as h (cell, count, weight, shape)
) as t
where t.geom is not null
