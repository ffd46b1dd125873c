update fence
set retired_at = now()
where code = %(code)s and retired_at is null
