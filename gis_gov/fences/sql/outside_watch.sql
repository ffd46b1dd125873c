-- Versions of fences in which workers should have been since some time, and for how long one may be away.
select
    u.worker_id,
    u.fence_id,
    v.id as version_id,
    f.away_s,
    coalesce(string_to_array(trim(both '/' from e.path), '/')::bigint[], '{}') as employed_in
from unnest(%(worker_id)s::bigint[], %(fence_id)s::bigint[], moments(%(since_s)s::float8[]))
as u (worker_id, fence_id, since)
inner join fence as f on u.fence_id = f.id
inner join fence_version as v
    on
        f.id = v.fence_id
        and 'outside' = any(v.tells)
        and coalesce(v.ends_at, 'infinity') >= u.since
inner join worker as w on u.worker_id = w.id
left join area as e on w.area_id = e.id
order by v.id, u.worker_id
