-- A POI at one place, and a small exclusive grid around it in its community.
with poi as (
    insert into resource (code, kind, name, geom)
    values (%(code)s, 'poi', '测量点', st_point(%(lon)s, %(lat)s, 4490))
)

insert into grid (code, name, layer, area_id, geom)
select
    %(code)s,
    '0',
    'exclusive',
    a.id,
    st_multi(st_expand(st_point(%(lon)s, %(lat)s, 4490), %(half)s))
from area as a
where a.code = %(area_code)s
