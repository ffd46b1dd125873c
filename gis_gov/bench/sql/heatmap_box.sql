-- Persons in a box by hexagon.
select
    to_hex(cell_parent(a.cell, %(resolution)s)) as cell,
    count(*) as persons
from address as a
inner join person as p on a.id = p.address_id
where
    st_intersects(
        a.geom, st_makeenvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490)
    )
    and a.cell <> 0
group by 1
