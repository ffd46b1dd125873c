with gone as (
    delete from patrol_event as f
    where f.patrol_id = %(patrol_id)s and f.event_id <> all(%(event_id)s::bigint[])
)

insert into patrol_event (patrol_id, event_id, distance_m)
select
    %(patrol_id)s,
    u.event_id,
    u.distance_m
from unnest(%(event_id)s::bigint[], %(distance_m)s::float8[]) as u (event_id, distance_m)
on conflict (patrol_id, event_id) do update set distance_m = excluded.distance_m
