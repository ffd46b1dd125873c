-- The box around what is counted, where there are neither grids nor areas.
select
    min(t.west) as west,
    min(t.south) as south,
    max(t.east) as east,
    max(t.north) as north
from coarse_tally as t
where t.count > 0 and t.cell <> 0
