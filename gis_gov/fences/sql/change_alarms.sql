-- When it was, as is known now: no longer than the stay.
update alarm as a
set
    since = to_timestamp(u.in_s),
    last_at = greatest(to_timestamp(u.in_s), least(to_timestamp(u.out_s), a.last_at))
from unnest(%(id)s::bigint[], %(in_s)s::float8[], %(out_s)s::float8[]) as u (id, in_s, out_s)
where a.id = u.id
