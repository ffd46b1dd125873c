-- Which areas lie in those of some codes, these themselves among them.
select
    b.id as area_id,
    a.code
from area as a
inner join area as b on a.path <= b.path and a.path || 'Z' > b.path
where a.code = any(%(codes)s::text[])
