-- When it was, as is known now; one is open as long as it lasts.
update alarm as a
set
    since = to_timestamp(u.in_s),
    last_at = greatest(to_timestamp(u.in_s), coalesce(to_timestamp(u.out_s), a.last_at)),
    closed_at = case when u.out_s is not null then coalesce(a.closed_at, greatest(clock_timestamp(), a.opened_at)) end
from unnest(%(id)s::bigint[], %(in_s)s::float8[], %(out_s)s::float8[]) as u (id, in_s, out_s)
where a.id = u.id
