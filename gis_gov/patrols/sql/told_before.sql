-- The days of workers that have most in common with a day, and were before.
select
    t.worker_id,
    t.day
from track_print as o
inner join track_print as t on o.print = t.print
where
    o.worker_id = %(worker_id)s
    and o.day = %(day)s
    and t.at < o.at
    and (t.worker_id <> o.worker_id or t.day <> o.day)
group by t.worker_id, t.day
order by count(*) desc, t.day asc, t.worker_id asc
limit %(most)s
