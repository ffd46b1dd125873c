-- Of stays that were not, as late fixes show.
update alarm as a set withdrawn_at = greatest(clock_timestamp(), a.closed_at)
where a.id = any(%(ids)s::bigint[])
