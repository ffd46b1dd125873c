update patrol_task as t
set excused_for = %(reason)s
where t.id = %(id)s and t.patrol_id is null
