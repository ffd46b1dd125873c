-- Another place for one, if it is where it was thought to be.
update address as a
set geom = %(new)s::geometry
where a.id = %(id)s and a.geom = %(old)s::geometry
