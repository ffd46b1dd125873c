update alarm as a
set
    closed_at = greatest(clock_timestamp(), a.opened_at),
    last_at = greatest(a.last_at, to_timestamp(%(at_s)s))
where a.id = any(%(ids)s::bigint[]) and a.closed_at is null
