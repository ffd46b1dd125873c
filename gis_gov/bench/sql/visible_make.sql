-- A POI, and an exclusive grid around it, in an area of the loaded district.
with poi as (
    insert into resource (code, kind, name, geom)
    values (%(code)s, 'poi', '测量点', st_point(%(lon)s, %(lat)s, 4490))
)

insert into grid (code, name, layer, area_id, geom)
select
    %(code)s,
    '测量网格',
    'exclusive',
    min(a.id),
    st_multi(st_expand(st_point(%(lon)s, %(lat)s, 4490), 0.001))
from area as a
where a.level = 'community'
