-- The fixes that count of whoever has one in a box, from five minutes before each to five minutes
-- after it: so both ends of every leg that may meet the box, and what lies between. `is_next` says
-- whether nothing else is known between a fix and the one told before it.
with near as (
    select distinct
        p.worker_id,
        case when p.worker_id is null then p.device end as device,
        floor(extract(epoch from p.time) / 300)::bigint as slot
    from position as p
    where
        p.geom && st_makeenvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490)
        and p.time >= %(since)s::timestamptz - interval '5 minutes'
        and p.time < %(until)s::timestamptz + interval '5 minutes'
        and p.rejected_for is null
),

slots as (
    select distinct
        n.worker_id,
        n.device,
        n.slot + s.beside as slot
    from near as n
    cross join generate_series(-1, 1) as s (beside)
),

-- As columns of their own: under the row policy the index takes no comparison with what a function
-- that may leak gives.
wanted as materialized (
    select
        s.*,
        to_timestamp(s.slot * 300) as begins_at,
        to_timestamp(s.slot * 300 + 300) as ends_at
    from slots as s
),

told as (
    select
        p.worker_id,
        p.device,
        p.time,
        p.geom,
        w.slot
    from wanted as w
    inner join position as p
        on w.worker_id = p.worker_id and w.begins_at <= p.time and w.ends_at > p.time
    where
        p.rejected_for is null
        and p.time >= %(since)s::timestamptz - interval '15 minutes'
        and p.time < %(until)s::timestamptz + interval '15 minutes'
    union all
    select
        p.worker_id,
        p.device,
        p.time,
        p.geom,
        w.slot
    from wanted as w
    inner join position as p
        on w.device = p.device and w.begins_at <= p.time and w.ends_at > p.time
    where
        w.worker_id is null
        and p.worker_id is null
        and p.rejected_for is null
        and p.time >= %(since)s::timestamptz - interval '15 minutes'
        and p.time < %(until)s::timestamptz + interval '15 minutes'
),

beside as (
    select
        t.*,
        lag(t.slot) over way as slot_before,
        lag(t.time) over way as time_before
    from told as t
    window way as (
        partition by t.worker_id, case when t.worker_id is null then t.device end
        order by t.time, t.device
    )
)

select
    b.worker_id,
    b.device,
    extract(epoch from b.time)::float8 as time_s,
    st_x(b.geom) as lon,
    st_y(b.geom) as lat,
    case
        when b.slot_before is null then false
        when b.slot - b.slot_before <= 1 then true
        when b.worker_id is null then not exists (
            select from position as p
            where
                p.device = b.device
                and p.time > b.time_before
                and p.time < b.time
                and p.worker_id is null
                and p.rejected_for is null
        )
        else not exists (
            select from position as p
            where
                p.worker_id = b.worker_id
                and p.time > b.time_before
                and p.time < b.time
                and p.rejected_for is null
        )
    end as is_next
from beside as b
order by b.worker_id nulls last, case when b.worker_id is null then b.device end, b.time, b.device
limit %(most)s
