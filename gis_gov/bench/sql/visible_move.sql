-- Both to another place.
with poi as (
    update resource as r
    set geom = st_point(%(lon)s, %(lat)s, 4490)
    where r.code = %(code)s
)

update grid as g
set geom = st_multi(st_expand(st_point(%(lon)s, %(lat)s, 4490), 0.001))
where g.code = %(code)s
