select
    p.id,
    p.kind,
    p.fixes,
    extract(epoch from p.begins_at)::float8 as begins_s,
    extract(epoch from coalesce(p.ends_at, p.begins_at))::float8 as ends_s
from patrol as p
where p.worker_id = %(worker_id)s and p.day = %(day)s
order by p.begins_at, p.id
