-- Persons by hexagon, from the kept counts.
select
    to_hex(cell_parent(t.cell, %(resolution)s)) as cell,
    sum(t.count) as persons
from tally as t
where t.layer = 'persons' and t.cell <> 0 and t.count > 0
group by 1
