-- The street with the most addresses, with the areas in it.
select
    s.path,
    array_agg(distinct b.id) as areas
from (
    select
        a.path,
        a.code
    from area as a
    inner join area as below on a.path <= below.path and a.path || 'Z' > below.path
    inner join tally as t on below.id = t.area_id
    where a.level = 'street' and t.layer = 'persons'
    group by a.path, a.code
    order by sum(t.count) desc, a.code
    limit 1
) as s
inner join area as b on s.path <= b.path and s.path || 'Z' > b.path
group by s.path
