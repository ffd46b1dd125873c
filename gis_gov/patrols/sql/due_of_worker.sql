select array(
    select distinct d.day from patrol_due as d
    where d.worker_id = %(worker_id)s
    order by d.day desc
    limit 7
)
