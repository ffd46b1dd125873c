-- A place in each of the two fullest tiles of a zoom, of points of interest and addresses, and the community
-- in which it is: well inside it, and in no exclusive grid. In Web Mercator's tiles, from 0 to 1 across the map.
with point as not materialized (
    select
        r.code,
        r.geom,
        r.area_id
    from resource as r
    where r.kind = 'poi'
    union all
    select
        a.code,
        a.geom,
        a.area_id
    from address as a
    where a.valid_to is null and a.geom is not null
),

tile as (
    select
        floor((st_x(p.geom) + 180) / 360 * %(tiles)s)::integer as x,
        floor(
            (1 - asinh(tan(radians(st_y(p.geom)))) / pi()) / 2 * %(tiles)s
        )::integer as y,
        count(*) as things
    from point as p
    group by x, y
    order by things desc, x asc, y asc
    limit 2
)

select
    n.lon,
    n.lat,
    n.area_code
from tile as t
cross join lateral (
    select
        a.code as area_code,
        st_x(p.geom) as lon,
        st_y(p.geom) as lat
    from point as p
    inner join area as a on p.area_id = a.id
    where
        p.geom && st_transform(st_tileenvelope(%(zoom)s, t.x, t.y), 4490)
        and a.level = 'community'
        and st_covers(a.geom, st_expand(p.geom, 0.0003))
        and not exists (
            select from grid as g
            where g.layer = 'exclusive' and g.geom && st_expand(p.geom, 0.0003)
        )
    order by md5(p.code)
    limit 1
) as n
order by t.things desc, t.x asc, t.y asc
