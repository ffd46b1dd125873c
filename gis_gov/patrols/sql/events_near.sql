-- Events that may have been found by who was in a box: his way tells which ones.
select
    e.id,
    extract(epoch from e.reported_at)::float8 as reported_s,
    st_x(e.geom) as lon,
    st_y(e.geom) as lat
from event as e
where
    e.reported_at >= to_timestamp(%(since_s)s)
    and e.reported_at <= to_timestamp(%(until_s)s)
    and e.geom && st_makeenvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490)
order by e.id
