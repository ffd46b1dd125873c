-- Another name, and another edge.
update grid as g
set name = %(name)s, geom = st_multi(st_expand(st_point(%(lon)s, %(lat)s, 4490), %(half)s))
where g.code = %(code)s
