-- To another place.
update resource as r
set geom = st_point(%(lon)s, %(lat)s, 4490)
where r.code = %(code)s
