-- How workers came into versions of fences and left them since some time, with the last one before it.
select
    u.worker_id,
    u.version_id,
    extract(epoch from x.at)::float8 as at_s,
    x.kind = 'enter' as is_in
from unnest(%(worker_id)s::bigint[], %(version_id)s::bigint[], moments(%(since_s)s::float8[]))
as u (worker_id, version_id, since)
cross join lateral ( -- noqa: ST05
    (
        select
            c.id,
            c.kind,
            c.at,
            c.known_at
        from crossing as c
        where
            c.worker_id = u.worker_id and c.version_id = u.version_id
            and c.kind <> 'cross' and c.withdrawn_at is null
            and c.at < u.since
        order by c.at desc, c.known_at desc, c.id desc
        limit 1
    )
    union all
    (
        select
            c.id,
            c.kind,
            c.at,
            c.known_at
        from crossing as c
        where
            c.worker_id = u.worker_id and c.version_id = u.version_id
            and c.kind <> 'cross' and c.withdrawn_at is null
            and c.at >= u.since
    )
) as x
order by u.worker_id, u.version_id, x.at, x.known_at, x.id
