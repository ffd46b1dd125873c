-- What lies around a point: the counts over all hits, and one page of them by distance.
-- The box is the constant's, so that the GiST indexes serve; the distance is geodesic and exact.
-- A hit carries all that is told of it: reading its table once more would be fenced once more.
with
hit as materialized (
    select
        r.kind,
        r.code,
        r.name,
        r.geom,
        r.class as resource_class,
        r.owner as resource_owner,
        r.azimuth_deg,
        r.field_of_view_deg,
        r.range_m,
        null::text as worker_kind,
        null::text as organisation,
        null::timestamptz as seen_at,
        null::real as accuracy_m,
        null::real as speed_mps,
        null::real as heading_deg,
        null::bigint as worker_id,
        null::bigint as worker_grid_id,
        null::timestamptz as still_since,
        st_distance(
            r.geom::geography, st_point(%(lon)s, %(lat)s, 4490)::geography
        ) as distance_m
    from resource as r
    where
        r.kind = any(%(kinds)s::text[])
        and r.geom && st_makeenvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490)
        and (
            %(everywhere)s::boolean
            or r.area_id = any(%(areas)s::bigint[])
            or r.grid_id = any(%(grids)s::bigint[])
        )
    union all
    select
        'worker' as kind,
        w.code,
        w.name,
        l.geom,
        null as resource_class,
        null as resource_owner,
        null as azimuth_deg,
        null as field_of_view_deg,
        null as range_m,
        w.kind as worker_kind,
        w.organisation,
        l.time as seen_at,
        l.accuracy_m,
        l.speed_mps,
        l.bearing_deg as heading_deg,
        l.worker_id,
        l.grid_id as worker_grid_id,
        l.still_since,
        st_distance(
            l.geom::geography, st_point(%(lon)s, %(lat)s, 4490)::geography
        ) as distance_m
    from last_position as l
    inner join worker as w on l.worker_id = w.id
    where
        'worker' = any(%(kinds)s::text[])
        and l.geom && st_makeenvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490)
        and (
            %(track_everywhere)s::boolean
            or l.area_id = any(%(track_areas)s::bigint[])
            or l.grid_id = any(%(track_grids)s::bigint[])
            or l.worker_id = %(own_worker)s::bigint
        )
        and (
            %(max_age_s)s::double precision is null
            or extract(epoch from statement_timestamp() - l.time)
            <= %(max_age_s)s::double precision
        )
        and (
            not %(on_shift)s::boolean
            or l.worker_id not in (select o.worker_id from off_shift as o)
        )
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
    select h.*
    from hit as h
    where h.distance_m <= %(radius_m)s
    order by h.distance_m, h.kind, h.code
    limit %(page_size)s
)

select
    page.kind,
    page.code,
    page.name,
    page.resource_class,
    page.resource_owner,
    page.azimuth_deg,
    page.field_of_view_deg,
    page.range_m,
    page.worker_kind,
    page.organisation,
    page.seen_at,
    page.accuracy_m,
    page.speed_mps,
    page.heading_deg,
    page.still_since,
    page.distance_m,
    counts.within_edges,
    st_x(page.geom) as lon,
    st_y(page.geom) as lat,
    degrees(
        st_azimuth(st_point(%(lon)s, %(lat)s, 4490)::geography, page.geom::geography)
    ) as bearing_deg,
    extract(epoch from statement_timestamp() - page.seen_at)::double precision as age_s,
    page.worker_id in (select o.worker_id from off_shift as o) as is_off_shift,
    coalesce(coalesce(page.worker_grid_id, 0) <> all(held.grids), false) as is_outside
from counts
left join page on true
left join lateral (
    select array_agg(t.grid_id) as grids
    from grid_worker as t
    where
        t.worker_id = page.worker_id
        and t.valid_from <= local_today()
        and (t.valid_to is null or t.valid_to >= local_today())
) as held on true
order by page.distance_m, page.kind, page.code
