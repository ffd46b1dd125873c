select
    h.what,
    h.number
from hanging_on(%(kind)s, %(id)s) as h
order by h.what
