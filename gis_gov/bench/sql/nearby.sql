-- Resources within 2000 m: the nearest 50, and how many there are of each kind in each ring.
-- Each distance is worked out once: not materialized, it would be written out twice.
with near as materialized (
    select
        r.code,
        r.kind,
        r.name,
        r.class,
        r.owner,
        r.geom,
        st_distance(r.geom::geography, st_point(%(lon)s, %(lat)s, 4490)::geography) as distance_m
    from resource as r
    where
        r.geom && st_expand(
            st_point(%(lon)s, %(lat)s, 4490), 2000 / (111320 * cosd(%(lat)s)), 2000 / 110500.0
        )
),

hit as (
    select n.*
    from near as n
    where n.distance_m <= 2000
),

counts as (
    select jsonb_agg(jsonb_build_array(c.ring, c.kind, c.hits)) as rings
    from (
        select
            h.kind,
            width_bucket(h.distance_m, array[0, 500.0000001, 1000.0000001]) as ring,
            count(*) as hits
        from hit as h
        group by ring, h.kind
    ) as c
)

select
    hit.code,
    hit.kind,
    hit.name,
    hit.class,
    hit.owner,
    hit.distance_m,
    counts.rings,
    degrees(
        st_azimuth(
            st_point(%(lon)s, %(lat)s, 4490)::geography, hit.geom::geography
        )
    ) as bearing_deg,
    st_x(hit.geom) as lon,
    st_y(hit.geom) as lat
from hit
cross join counts
order by hit.distance_m, hit.kind, hit.code
limit 50
