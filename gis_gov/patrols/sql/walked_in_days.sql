-- The cells of days of workers, of all of them or of some, with the periods in which they lie.
select
    w.code,
    d.cells,
    date_trunc(%(period)s, d.day)::date as begins
from walked_day as d
inner join worker as w on d.worker_id = w.id
where
    d.day >= %(since)s
    and d.day < %(until)s
    and (%(codes)s::text[] is null or w.code = any(%(codes)s::text[]))
order by d.day, d.worker_id
limit %(most)s
