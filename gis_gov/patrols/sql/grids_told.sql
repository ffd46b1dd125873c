select
    g.id,
    g.code,
    g.name,
    a.code as area_code
from grid as g
inner join area as a on g.area_id = a.id
where g.id = any(%(ids)s::bigint[])
order by g.code
