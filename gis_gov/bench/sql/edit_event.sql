-- Another place for one, if it is where it was thought to be.
update event as e
set geom = %(new)s::geometry
where e.id = %(id)s and e.geom = %(old)s::geometry
