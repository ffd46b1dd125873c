insert into shift (worker_id, kind, weekdays, day, begins, ends, valid_from, valid_to)
select
    %(worker_id)s,
    u.kind,
    u.weekdays::smallint[],
    u.day,
    u.begins,
    u.ends,
    case when u.day is null then coalesce(u.valid_from, local_today()) end as valid_from,
    u.valid_to
from unnest(
    %(kind)s::text[], %(weekdays)s::text[], %(day)s::date[], %(begins)s::time[],
    %(ends)s::time[], %(valid_from)s::date[], %(valid_to)s::date[]
) as u (kind, weekdays, day, begins, ends, valid_from, valid_to)
