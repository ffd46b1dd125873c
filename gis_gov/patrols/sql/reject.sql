update position as p
set rejected_for = u.rejected_for
from unnest(%(device)s::text[], moments(%(time_s)s::float8[]), %(rejected_for)s::text[])
as u (device, time, rejected_for)
where p.device = u.device and p.time = u.time
