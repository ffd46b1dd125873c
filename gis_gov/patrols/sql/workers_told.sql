select
    w.id,
    w.code,
    w.name,
    w.kind
from worker as w
where w.id = any(%(ids)s::bigint[])
