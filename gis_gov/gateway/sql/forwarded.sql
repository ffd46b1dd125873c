delete from forward_due as d
where d.id = any(%(ids)s)
