-- Of fences that are there still.
insert into alarm_due (worker_id, fence_id, since)
select
    u.worker_id,
    f.id as fence_id,
    to_timestamp(u.since_s) as since
from unnest(%(worker_id)s::bigint[], %(fence_id)s::bigint[], %(since_s)s::float8[])
as u (worker_id, fence_id, since_s)
inner join fence as f on u.fence_id = f.id
