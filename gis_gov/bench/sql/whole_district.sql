-- The area at the top of the tree with the most areas in it, with these, and where they lie.
select
    t.path,
    array_agg(b.id) as areas,
    st_xmin(st_extent(b.geom)) as west,
    st_ymin(st_extent(b.geom)) as south,
    st_xmax(st_extent(b.geom)) as east,
    st_ymax(st_extent(b.geom)) as north
from area as t
inner join area as b on t.path <= b.path and t.path || 'Z' > b.path
where t.parent_id is null
group by t.id
having st_extent(b.geom) is not null
order by count(*) desc
limit 1
