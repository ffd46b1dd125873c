-- Who is where nobody follows workers is heard where he is employed. One that was acknowledged and goes on stays closed.
with told as (
    select
        u.worker_id,
        min(u.at) as first_at,
        max(u.at) as last_at,
        (array_agg(st_setsrid(st_makepoint(u.lon, u.lat), 4490) order by u.at))[1] as geom
    from unnest(%(worker_id)s::bigint[], %(at)s::timestamptz[], %(lon)s::float8[], %(lat)s::float8[])
    as u (worker_id, at, lon, lat)
    group by u.worker_id
),

known as (
    update alarm as a
    set last_at = greatest(a.last_at, t.last_at)
    from told as t
    where
        a.kind = 'sos' and a.worker_id = t.worker_id
        and t.first_at <= a.last_at + interval '10 minutes'
        and t.last_at >= a.since - interval '10 minutes'
    returning a.worker_id
)

insert into alarm as a (kind, worker_id, since, last_at, geom, area_id, grid_id, fence_area_id)
select
    'sos' as kind,
    t.worker_id,
    t.first_at,
    t.last_at,
    t.geom,
    p.area_id,
    p.grid_id,
    w.area_id as fence_area_id
from told as t
inner join worker as w on t.worker_id = w.id
left join lateral place_of(t.geom) as p on true
where t.worker_id not in (select k.worker_id from known as k)
order by t.worker_id
on conflict (kind, worker_id, coalesce(fence_id, 0), coalesce(other_id, 0)) where closed_at is null
do update set last_at = greatest(a.last_at, excluded.last_at)
