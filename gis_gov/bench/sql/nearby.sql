-- Resources within 1000 m: the nearest 50, and how many there are of each kind.
with hit as (
    select
        r.code,
        r.kind,
        r.name,
        st_x(r.geom) as lon,
        st_y(r.geom) as lat,
        st_distance(r.geom::geography, st_point(%(lon)s, %(lat)s, 4490)::geography) as distance_m
    from resource as r
    where
        r.geom && st_expand(
            st_point(%(lon)s, %(lat)s, 4490), 1000 / (111320 * cosd(%(lat)s)), 1000 / 110500.0
        )
        and st_distance(r.geom::geography, st_point(%(lon)s, %(lat)s, 4490)::geography) <= 1000
)

select
    hit.*,
    (
        select jsonb_object_agg(c.kind, c.hits)
        from (
            select
                h.kind,
                count(*) as hits
            from hit as h
            group by h.kind
        ) as c
    ) as counts
from hit
order by hit.distance_m
limit 50
