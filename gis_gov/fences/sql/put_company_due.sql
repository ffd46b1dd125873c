-- In hours of workers, of fences in which others would have been alone without them.
with asked as materialized (
    select
        u.worker_id,
        u.since,
        u.hour_at + interval '1 hour' as hour_ends_at,
        u.since - make_interval(secs => %(stay_s)s) as begun_at
    from unnest(%(worker_id)s::bigint[], moments(%(hour_s)s::float8[]), moments(%(since_s)s::float8[])) as u (worker_id, hour_at, since)
)

insert into alarm_due (worker_id, fence_id, since)
select
    u.worker_id,
    i.fence_id,
    min(u.since) as since
from asked as u
inner join crossing as i
    on
        u.worker_id = i.worker_id
        and i.kind = 'enter'
        and i.withdrawn_at is null
        and u.hour_ends_at > i.at
        and u.begun_at < i.at
inner join fence as f on i.fence_id = f.id and f.alone_s is not null
left join lateral (
    select min(x.at) as at -- noqa: RF04
    from crossing as x
    where
        x.worker_id = i.worker_id and x.version_id = i.version_id
        and x.kind = 'exit' and x.withdrawn_at is null
        and x.at >= i.at
) as o on true
where coalesce(o.at, 'infinity') >= u.since
group by u.worker_id, i.fence_id
