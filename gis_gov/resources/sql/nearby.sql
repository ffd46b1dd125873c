-- What lies around a point: the counts over all hits, and one page of them by distance.
-- The box is the constant's, so that the GiST indexes serve; the distance is geodesic and exact.
with
hit as materialized (
    select
        r.kind,
        r.id,
        r.code,
        r.name,
        r.geom,
        st_distance(
            r.geom::geography, st_point(%(lon)s, %(lat)s, 4490)::geography
        ) as distance_m
    from resource as r
    where
        r.kind = any(%(kinds)s::text[])
        and r.geom && st_makeenvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490)
    union all
    select
        'worker' as kind,
        w.id,
        w.code,
        w.name,
        l.geom,
        st_distance(
            l.geom::geography, st_point(%(lon)s, %(lat)s, 4490)::geography
        ) as distance_m
    from last_position as l
    inner join worker as w on l.worker_id = w.id
    where
        'worker' = any(%(kinds)s::text[])
        and l.geom && st_makeenvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490)
),

counted as (
    select
        e.edge,
        h.kind,
        count(*) as hits
    from unnest(%(edges_m)s::double precision[]) with ordinality as e (edge_m, edge)
    inner join hit as h on e.edge_m >= h.distance_m
    group by e.edge, h.kind
),

counts as (
    select jsonb_agg(jsonb_build_array(c.edge, c.kind, c.hits)) as within_edges
    from counted as c
),

page as (
    select
        h.kind,
        h.id,
        h.code,
        h.name,
        h.geom,
        h.distance_m
    from hit as h
    where h.distance_m <= %(radius_m)s
    order by h.distance_m, h.kind, h.code
    limit %(page_size)s
)

select
    counts.within_edges,
    page.kind,
    page.code,
    page.name,
    page.distance_m,
    r.class as resource_class,
    r.owner,
    r.azimuth_deg,
    r.field_of_view_deg,
    r.range_m,
    w.kind as worker_kind,
    w.organisation,
    l.time,
    l.accuracy_m,
    l.speed_mps,
    l.bearing_deg as heading_deg,
    st_x(page.geom) as lon,
    st_y(page.geom) as lat,
    degrees(
        st_azimuth(st_point(%(lon)s, %(lat)s, 4490)::geography, page.geom::geography)
    ) as bearing_deg,
    extract(epoch from statement_timestamp() - l.time)::double precision as age_s
from counts
left join page on true
left join resource as r on page.kind <> 'worker' and page.id = r.id
left join worker as w on page.kind = 'worker' and page.id = w.id
left join last_position as l on w.id = l.worker_id
order by page.distance_m, page.kind, page.code
