-- Another name for one, if it has the one it was thought to have.
update resource as r
set name = %(new)s
where r.id = %(id)s and r.name = %(old)s
