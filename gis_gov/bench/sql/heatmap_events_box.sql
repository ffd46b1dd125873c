-- Events in a box by hexagon.
select
    to_hex(cell_parent(e.cell, %(resolution)s)) as cell,
    count(*) as events
from event as e
where
    st_intersects(
        e.geom, st_makeenvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490)
    )
    and e.cell <> 0
group by 1
