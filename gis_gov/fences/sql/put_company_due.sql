-- In hours of workers, of fences in which others would have been alone without them.
insert into alarm_due (worker_id, fence_id, since)
select
    u.worker_id,
    i.fence_id,
    min(to_timestamp(u.since_s)) as since
from unnest(%(worker_id)s::bigint[], %(hour_s)s::float8[], %(since_s)s::float8[]) as u (worker_id, hour_s, since_s)
inner join crossing as i
    on
        u.worker_id = i.worker_id
        and i.kind = 'enter'
        and i.withdrawn_at is null
        and i.at < to_timestamp(u.hour_s + 3600)
        and i.at > to_timestamp(u.since_s) - make_interval(secs => %(stay_s)s)
inner join fence as f on i.fence_id = f.id and f.alone_s is not null
where
    not exists (
        select
        from crossing as x
        where
            x.worker_id = i.worker_id and x.version_id = i.version_id
            and x.kind = 'exit' and x.withdrawn_at is null
            and x.at >= i.at and x.at < to_timestamp(u.since_s)
    )
group by u.worker_id, i.fence_id
