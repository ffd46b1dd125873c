delete from shift as s
where s.worker_id = %(worker_id)s
