-- Resources within 2000 m: the nearest 50, and how many there are of each kind in each ring.
with hit as (
    select
        r.code,
        r.kind,
        r.name,
        r.class,
        r.owner,
        st_x(r.geom) as lon,
        st_y(r.geom) as lat,
        st_distance(r.geom::geography, st_point(%(lon)s, %(lat)s, 4490)::geography) as distance_m
    from resource as r
    where
        r.geom && st_expand(
            st_point(%(lon)s, %(lat)s, 4490), 2000 / (111320 * cosd(%(lat)s)), 2000 / 110500.0
        )
        and st_distance(r.geom::geography, st_point(%(lon)s, %(lat)s, 4490)::geography) <= 2000
),

counts as (
    select jsonb_agg(jsonb_build_array(c.ring, c.kind, c.hits)) as rings
    from (
        select
            width_bucket(h.distance_m, array[0, 500.0000001, 1000.0000001]) as ring,
            h.kind,
            count(*) as hits
        from hit as h
        group by ring, h.kind
    ) as c
)

select
    hit.*,
    counts.rings,
    degrees(
        st_azimuth(
            st_point(%(lon)s, %(lat)s, 4490)::geography, st_point(hit.lon, hit.lat, 4490)::geography
        )
    ) as bearing_deg
from hit
cross join counts
order by hit.distance_m, hit.kind, hit.code
limit 50
