-- Resources within 2000 m: the nearest 50, and how many there are of each kind in each ring.
-- Each distance is worked out once: "offset 0" keeps the planner from writing it out twice.
with hit as (
    select
        r.code,
        r.kind,
        r.name,
        r.class,
        r.owner,
        r.geom,
        d.distance_m
    from resource as r
    cross join lateral (
        select
            st_distance(
                r.geom::geography, st_point(%(lon)s, %(lat)s, 4490)::geography
            ) as distance_m
        offset 0
    ) as d
    where
        r.geom && st_expand(
            st_point(%(lon)s, %(lat)s, 4490), 2000 / (111320 * cosd(%(lat)s)), 2000 / 110500.0
        )
        and d.distance_m <= 2000
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
