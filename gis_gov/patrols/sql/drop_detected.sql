delete from patrol as p
where
    p.worker_id = %(worker_id)s
    and p.is_detected
    and p.day = %(day)s
    and p.code <> all(%(codes)s::text[])
