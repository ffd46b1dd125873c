select d.day
from dropped_day as d
where d.day >= %(since)s and d.day <= %(until)s
