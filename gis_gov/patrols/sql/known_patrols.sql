select
    p.id,
    p.code,
    p.fixes,
    p.rejected,
    p.mileage_m,
    p.valid_mileage_m,
    p.duration_s
from patrol as p
where
    p.worker_id = %(worker_id)s
    and ((p.is_detected and p.day = %(day)s) or p.code = any(%(codes)s::text[]))
order by p.id
for update
