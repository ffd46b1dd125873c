-- The box around all areas and grids there ever were and all that is counted, wider by a kilometre or
-- more (footprints reach beyond their points) and as coarse as five, so that it tells of nobody's
-- place. No row where there is nothing.
with part as (
    select st_extent(a.geom) as reach from area as a
    union all
    select st_extent(g.geom) as reach from grid as g
    union all
    select
        st_makebox2d(
            st_point(min(t.west), min(t.south)), st_point(max(t.east), max(t.north))
        ) as reach
    from coarse_tally as t
    where t.count > 0
),

whole as (
    select
        min(st_xmin(p.reach)) as west,
        min(st_ymin(p.reach)) as south,
        max(st_xmax(p.reach)) as east,
        max(st_ymax(p.reach)) as north
    from part as p
)

select
    greatest(floor((w.west - 0.01) * 20) / 20, -180) as west,
    greatest(floor((w.south - 0.01) * 20) / 20, -90) as south,
    least(ceil((w.east + 0.01) * 20) / 20, 180) as east,
    least(ceil((w.north + 0.01) * 20) / 20, 90) as north
from whole as w
where w.west is not null
