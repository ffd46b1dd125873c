-- Stays of all workers in versions of fences that lasted after some time, and of those who were there with one of these; of none
-- that began before another time. `out_s` is null of those that last.
with asked as (
    select
        u.version_id,
        u.fence_id,
        u.begun_at,
        u.since
    from unnest(%(version_id)s::bigint[], %(fence_id)s::bigint[], moments(%(begun_s)s::float8[]), moments(%(since_s)s::float8[]))
    as u (version_id, fence_id, begun_at, since)
),

stay as (
    select
        i.version_id,
        i.fence_id,
        i.worker_id,
        i.at as in_at,
        o.at as out_at,
        a.since
    from asked as a
    inner join crossing as i
        on
            a.fence_id = i.fence_id
            and a.version_id = i.version_id
            and i.kind = 'enter'
            and i.withdrawn_at is null
            and a.begun_at <= i.at
    left join lateral (
        select min(x.at) as at -- noqa: RF04
        from crossing as x
        where
            x.worker_id = i.worker_id and x.version_id = i.version_id
            and x.kind = 'exit' and x.withdrawn_at is null
            and x.at >= i.at
    ) as o on true
),

lasting as (
    select
        s.version_id,
        least(min(s.in_at), min(s.since)) as since
    from stay as s
    where coalesce(s.out_at, 'infinity') >= s.since
    group by s.version_id
)

select
    s.version_id,
    s.fence_id,
    s.worker_id,
    extract(epoch from s.in_at)::float8 as in_s,
    extract(epoch from s.out_at)::float8 as out_s,
    coalesce(string_to_array(trim(both '/' from e.path), '/')::bigint[], '{}') as employed_in
from stay as s
inner join lasting as l on s.version_id = l.version_id
inner join worker as w on s.worker_id = w.id
left join area as e on w.area_id = e.id
where coalesce(s.out_at, 'infinity') >= l.since
order by s.version_id, s.worker_id, s.in_at
