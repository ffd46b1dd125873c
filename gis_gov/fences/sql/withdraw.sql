update crossing as c set withdrawn_at = clock_timestamp()
where c.id = any(%(ids)s::bigint[])
