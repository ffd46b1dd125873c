-- What was started by somebody and has part of the time; the next one ends one that is open.
select
    s.code,
    s.kind,
    s.is_open,
    extract(epoch from s.begins_at)::float8 as begins_s,
    extract(epoch from s.ends_at)::float8 as ends_s
from (
    select
        p.code,
        p.kind,
        p.begins_at,
        p.is_open,
        least(
            case when not p.is_open then p.ends_at end,
            lead(p.begins_at) over (order by p.begins_at, p.code),
            p.begins_at + interval '1 day'
        ) as ends_at
    from patrol as p
    where
        p.worker_id = %(worker_id)s
        and not p.is_detected
        and p.begins_at >= %(since)s::timestamptz - interval '1 day'
        and p.begins_at < %(until)s::timestamptz + interval '1 day'
) as s
where s.begins_at < %(until)s and s.ends_at > %(since)s
order by s.begins_at, s.code
