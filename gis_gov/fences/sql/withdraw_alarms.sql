-- What was not so, as late fixes show.
update alarm as a
set
    closed_at = coalesce(a.closed_at, greatest(clock_timestamp(), a.opened_at)),
    withdrawn_at = greatest(clock_timestamp(), a.closed_at)
where a.id = any(%(ids)s::bigint[])
