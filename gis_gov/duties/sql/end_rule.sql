update patrol_rule as r
set valid_to = %(valid_to)s
where r.id = %(id)s and r.valid_to is null
