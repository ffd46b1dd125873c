-- The oldest first; what goes on is made anew now and then, not with each fix.
select
    d.worker_id,
    d.day
from patrol_due as d
group by d.worker_id, d.day
having min(d.noted_at) <= now() - make_interval(secs => %(after_s)s)
order by min(d.noted_at), d.worker_id, d.day
limit %(most)s
