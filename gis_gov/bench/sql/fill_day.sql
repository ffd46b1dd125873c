-- A day of all walkers from 8 to 18 o'clock, in the order in which the fixes would come.
insert into bench_day (
    id, device, time, worker_id, geom, grid_id, area_id, cell, accuracy_m, source, source_datum,
    received_at
)
select
    %(first_id)s + (n.step * %(walkers)s) + w.number as id,
    w.code as device,
    n.at as time, -- noqa: RF04
    w.id as worker_id,
    st_setsrid(st_makepoint(p.lon, p.lat), 4490) as geom,
    w.grid_id,
    w.area_id,
    p.cell,
    8 as accuracy_m,
    'gps' as source, -- noqa: RF04
    'EPSG:4490' as source_datum,
    n.at + interval '1 s' as received_at
from (
    select
        s.step,
        (%(day)s::date + time '08:00') at time zone 'Asia/Shanghai'
        + s.step * interval '10 h' / %(each)s as at -- noqa: RF04
    from generate_series(0, %(each)s - 1) as s (step) -- noqa: RF04
) as n
inner join bench_place as p on mod(n.step, %(round)s) = p.step
inner join bench_walker as w on p.number = w.number
order by n.step, w.number
