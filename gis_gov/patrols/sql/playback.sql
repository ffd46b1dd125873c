-- Workers after one, by their ids, who have a fix that counts in a time and place; of each the first
-- of each step. Where somebody is now is told on shift only, and to himself. Who was in a place is known hour by hour from what is kept of tracks, or is still due.
with near as (
    select t.worker_id
    from track_part as t
    where
        not %(anywhere)s
        and t.hour_at > %(since)s::timestamptz - interval '1 hour'
        and t.hour_at < %(until)s
        and (t.area_id = any(%(areas)s::bigint[]) or t.grid_id = %(grid_id)s)
    union
    select d.worker_id
    from track_due as d
    where
        not %(anywhere)s
        and d.hour_at > %(since)s::timestamptz - interval '1 hour'
        and d.hour_at < %(until)s
        and (d.area_id = any(%(areas)s::bigint[]) or d.grid_id = %(grid_id)s)
),

shown as (
    select
        w.id,
        w.code,
        w.name,
        w.kind
    from worker as w
    where
        w.id > %(after)s
        and (%(anywhere)s or w.id in (select n.worker_id from near as n))
        and (
            not %(is_live)s
            or w.id not in (select o.worker_id from off_shift as o)
            or w.id = (select reach_own('track'))
        )
        and exists (
            select from position as p
            where
                p.worker_id = w.id
                and p.time >= %(since)s
                and p.time < %(until)s
                and p.rejected_for is null
                and (
                    %(anywhere)s
                    or p.area_id = any(%(areas)s::bigint[])
                    or p.grid_id = %(grid_id)s
                )
        )
    order by w.id
    limit %(most)s
)

select
    s.id,
    s.code,
    s.name,
    s.kind,
    array_agg(f.after_s order by f.after_s) as after_s,
    array_agg(f.lon order by f.after_s) as lon,
    array_agg(f.lat order by f.after_s) as lat
from shown as s
cross join lateral (
    select distinct on (floor(extract(epoch from p.time - %(since)s::timestamptz) / %(step_s)s))
        extract(epoch from p.time - %(since)s::timestamptz)::float8 as after_s,
        st_x(p.geom) as lon,
        st_y(p.geom) as lat
    from position as p
    where
        p.worker_id = s.id
        and p.time >= %(since)s
        and p.time < %(until)s
        and p.rejected_for is null
        and (
            %(anywhere)s
            or p.area_id = any(%(areas)s::bigint[])
            or p.grid_id = %(grid_id)s
        )
    order by
        floor(extract(epoch from p.time - %(since)s::timestamptz) / %(step_s)s), p.time, p.device
) as f
group by s.id, s.code, s.name, s.kind
order by s.id
