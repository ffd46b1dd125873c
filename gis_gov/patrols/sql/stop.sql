-- None lasts longer than a day, nor beyond the begin of the next one.
with ended as (
    update patrol as p
    set
        is_open = false,
        ends_at = least(
            %(ends_at)s::timestamptz,
            p.begins_at + interval '1 day',
            (
                select min(n.begins_at)
                from patrol as n
                where
                    n.worker_id = p.worker_id
                    and not n.is_detected
                    and n.begins_at > p.begins_at
            )
        )
    where p.code = %(code)s and p.is_open and p.begins_at <= %(ends_at)s
    returning p.worker_id, p.day
)

insert into patrol_due (worker_id, day)
select
    e.worker_id,
    e.day + n.later as day -- noqa: RF04
from ended as e
cross join generate_series(0, 1) as n (later)
