-- The tasks of a day: one of nine is not done.
insert into patrol_task (
    rule_id, object_id, worker_id, grid_id, area_id, number, begins_on, ends_on, begins_at, due_at,
    patrol_id, done_at
)
select
    r.id as rule_id,
    g.id as object_id,
    w.id as worker_id,
    g.id as grid_id,
    g.area_id,
    1 as number, -- noqa: RF04
    %(day)s as begins_on,
    %(day)s as ends_on,
    (%(day)s::date)::timestamp at time zone 'Asia/Shanghai' as begins_at,
    (%(day)s::date + 1)::timestamp at time zone 'Asia/Shanghai' as due_at,
    p.id as patrol_id,
    p.ends_at as done_at
from bench_walker as w
inner join grid as g on w.grid_id = g.id
cross join patrol_rule as r
left join patrol as p
    on
        p.code = w.code || '-' || to_char(%(day)s::date, 'YYYYMMDD') || '-1'
        and mod(w.number, 9) <> 0
