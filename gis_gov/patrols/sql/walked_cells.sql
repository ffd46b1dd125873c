select
    w.month,
    w.cell,
    w.days
from walked_cell as w
where
    w.month = any(%(months)s::date[])
    and w.cell between %(least)s and %(greatest)s
    and w.days > 0
