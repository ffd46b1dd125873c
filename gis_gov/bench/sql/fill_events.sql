-- One of eight patrols finds an event.
with found as (
    insert into event (code, reported_at, geom, area_id, grid_id, cell)
    select
        p.code,
        p.begins_at + interval '1 h' as reported_at,
        st_startpoint(st_geometryn(p.geom, 1)) as geom,
        w.area_id,
        w.grid_id,
        b.cell
    from patrol as p
    inner join bench_walker as w on p.worker_id = w.id
    inner join bench_place as b on w.number = b.number and b.step = 0
    where p.day = %(day)s and mod(p.id, 8) = 0
    returning id, code
)

insert into patrol_event (patrol_id, event_id, distance_m)
select
    p.id as patrol_id,
    f.id as event_id,
    10 as distance_m
from found as f
inner join patrol as p on f.code = p.code
