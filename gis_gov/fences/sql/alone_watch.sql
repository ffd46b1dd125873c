-- Versions of fences in which nobody should have been alone since some time, and for how long one may be.
select
    u.fence_id,
    v.id as version_id,
    f.alone_s
from unnest(%(fence_id)s::bigint[], moments(%(since_s)s::float8[])) as u (fence_id, since)
inner join fence as f on u.fence_id = f.id and f.alone_s is not null
inner join fence_version as v
    on
        f.id = v.fence_id
        and coalesce(v.ends_at, 'infinity') >= u.since
order by v.id
