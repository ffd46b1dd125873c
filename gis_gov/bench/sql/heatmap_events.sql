-- Events of a period by hexagon.
select
    to_hex(cell_parent(e.cell, %(resolution)s)) as cell,
    count(*) as events
from event as e
where
    e.reported_at >= to_timestamp(%(since)s)
    and e.reported_at < to_timestamp(%(until)s)
    and e.cell <> 0
group by 1
