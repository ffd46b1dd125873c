-- What is kept of a day: a patrol of each walker in the morning and one in the afternoon.
insert into patrol (
    code, worker_id, day, is_detected, is_open, begins_at, ends_at, area_id, fixes, rejected,
    mileage_m, valid_mileage_m, duration_s, stay_s, own_grid_share, geom
)
select
    w.code || '-' || to_char(%(day)s::date, 'YYYYMMDD') || '-' || h.number as code,
    w.id as worker_id,
    %(day)s,
    true as is_detected,
    false as is_open,
    h.at as begins_at,
    h.at + interval '4 h' as ends_at,
    w.area_id,
    %(each)s * 2 / 5 as fixes,
    mod(w.number, 7) as rejected,
    9000 + mod(w.number, 500) as mileage_m,
    7000 + mod(w.number, 700) as valid_mileage_m,
    14000 + mod(w.number, 400) as duration_s,
    1800 as stay_s,
    0.7 + (mod(w.number, 30)) / 100.0 as own_grid_share,
    st_multi(l.geom) as geom
from bench_walker as w
cross join ( -- noqa: ST05
    select
        u.number,
        (%(day)s::date + u.begins) at time zone 'Asia/Shanghai' as at -- noqa: RF04
    from (values (1, time '08:00'), (2, time '14:00')) as u (number, begins) -- noqa: RF04
) as h
cross join lateral (
    select
        st_setsrid(
            st_makeline(
                st_makepoint(w.lon + 0.002 * sin(s.n / 5.0), w.lat + 0.002 * cos(s.n / 5.0))
                order by s.n
            ),
            4490
        ) as geom
    from generate_series(0, 100) as s (n)
) as l
