select
    w.id,
    w.code,
    w.area_id
from worker as w
