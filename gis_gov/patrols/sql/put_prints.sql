with told as (
    select
        u.print,
        to_timestamp(u.time_s) as at -- noqa: RF04
    from unnest(%(print)s::bigint[], %(time_s)s::float8[]) as u (print, time_s)
),

gone as (
    delete from track_print as t
    where
        t.worker_id = %(worker_id)s
        and t.day = %(day)s
        and t.print <> all(%(print)s::bigint[])
    returning t.print
),

put as (
    insert into track_print as t (worker_id, day, print, at)
    select
        %(worker_id)s,
        %(day)s,
        o.print,
        o.at
    from told as o
    on conflict (worker_id, day, print) do update
    set at = excluded.at
    where t.at <> excluded.at
    returning t.print
)

select g.print from gone as g
union all
select p.print from put as p
