-- Of each month, what is kept of its days.
insert into walked_cell (month, cell, days)
select
    date_trunc('month', d.day)::date as month, -- noqa: RF04
    u.cell,
    count(*) as days -- noqa: RF04
from walked_day as d
cross join lateral unnest(d.cells) as u (cell)
group by 1, 2
