-- The street with the most persons, with the areas in it, and where they lie.
select
    s.path,
    array_agg(b.id) as areas,
    st_xmin(st_extent(b.geom)) as west,
    st_ymin(st_extent(b.geom)) as south,
    st_xmax(st_extent(b.geom)) as east,
    st_ymax(st_extent(b.geom)) as north
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
having st_extent(b.geom) is not null
