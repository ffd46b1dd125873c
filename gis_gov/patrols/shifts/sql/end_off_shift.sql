delete from off_shift as o
where o.worker_id = any(%(ids)s::bigint[])
