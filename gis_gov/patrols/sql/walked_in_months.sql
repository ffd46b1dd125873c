-- Which cells were walked in whole periods of months.
select distinct
    w.cell,
    date_trunc(%(period)s, w.month)::date as begins
from walked_cell as w
where w.month >= %(since)s and w.month < %(until)s and w.days > 0
