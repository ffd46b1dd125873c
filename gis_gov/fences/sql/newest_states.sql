-- Where workers are by the fences near them, as far as their last fixes of some hours tell.
select distinct on (s.worker_id)
    s.worker_id,
    s.pairs,
    coalesce(string_to_array(trim(both '/' from e.path), '/')::bigint[], '{}') as employed_in,
    array[s.last_s, s.lon, s.lat, s.accuracy_m] as last_now,
    o.worker_id is not null as is_off_shift
from fence_state as s
inner join worker as w on s.worker_id = w.id
left join area as e on w.area_id = e.id
left join off_shift as o on s.worker_id = o.worker_id
where
    s.hour_at > now() - make_interval(secs => %(kept_s)s) - interval '1 hour'
    and s.last_s > extract(epoch from now()) - %(kept_s)s
order by s.worker_id asc, s.hour_at desc
