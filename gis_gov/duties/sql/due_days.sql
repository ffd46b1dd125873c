select
    d.worker_id,
    d.day
from judgement_due as d
where %(worker_id)s::bigint is null or d.worker_id = %(worker_id)s
group by d.worker_id, d.day
order by min(d.noted_at), d.worker_id, d.day
limit %(most)s
