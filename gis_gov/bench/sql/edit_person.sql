-- Another home for one, if he lives where he was thought to.
update person as p
set address_id = %(new)s::bigint
where p.id = %(id)s and p.address_id = %(old)s::bigint
