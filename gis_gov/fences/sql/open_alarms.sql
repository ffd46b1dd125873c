select
    a.id,
    a.kind,
    a.worker_id,
    a.fence_id,
    a.other_id,
    o.worker_id is not null as is_off_shift
from alarm as a
left join off_shift as o on a.worker_id = o.worker_id
where a.closed_at is null and a.kind <> 'sos'
