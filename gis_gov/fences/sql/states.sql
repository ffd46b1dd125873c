-- What is known of workers after an hour, after the last one before it of which anything is, and which one follows.
select
    u.worker_id,
    n.pairs as pairs_now,
    b.pairs as pairs_before,
    coalesce(string_to_array(trim(both '/' from e.path), '/')::bigint[], '{}') as employed_in,
    array[n.last_s, n.lon, n.lat, n.accuracy_m] as last_now,
    array[b.last_s, b.lon, b.lat, b.accuracy_m] as last_before,
    extract(epoch from f.hour_at)::float8 as next_s
from unnest(%(worker_id)s::bigint[], moments(%(hour_s)s::float8[])) as u (worker_id, hour_at)
inner join worker as w on u.worker_id = w.id
left join area as e on w.area_id = e.id
left join fence_state as n on u.worker_id = n.worker_id and u.hour_at = n.hour_at
left join lateral ( -- noqa: ST05
    select
        s.last_s,
        s.lon,
        s.lat,
        s.accuracy_m,
        s.pairs
    from fence_state as s
    where s.worker_id = u.worker_id and s.hour_at < u.hour_at
    order by s.hour_at desc
    limit 1
) as b on true
left join lateral ( -- noqa: ST05
    select s.hour_at
    from fence_state as s
    where s.worker_id = u.worker_id and s.hour_at > u.hour_at
    order by s.hour_at
    limit 1
) as f on true
