-- When workers were last in fences that they have left since.
select
    c.worker_id,
    c.version_id,
    extract(epoch from max(c.at))::float8 as left_s
from crossing as c
where
    c.version_id = any(%(versions)s::bigint[])
    and c.kind = 'exit' and c.withdrawn_at is null
    and c.at > now() - make_interval(secs => %(kept_s)s)
group by c.worker_id, c.version_id
