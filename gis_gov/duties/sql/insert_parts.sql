-- Whom and what a rule names, and its check points.
with workers as (
    insert into patrol_rule_worker (rule_id, worker_id)
    select
        %(rule_id)s,
        u.worker_id
    from unnest(%(worker_ids)s::bigint[]) as u (worker_id)
),

objects as (
    insert into patrol_rule_object (rule_id, object_id)
    select
        %(rule_id)s,
        u.object_id
    from unnest(%(object_ids)s::bigint[]) as u (object_id)
)

insert into patrol_rule_point (rule_id, number, name, radius_m, geom) -- noqa: RF04
select
    %(rule_id)s,
    u.place,
    u.called,
    u.radius_m,
    st_setsrid(st_makepoint(u.lon, u.lat), 4490) as geom
from unnest(%(names)s::text[], %(radii_m)s::float8[], %(lon)s::float8[], %(lat)s::float8[])
with ordinality as u (called, radius_m, lon, lat, place)
