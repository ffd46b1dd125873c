select f.id
from fence as f
where f.code = %(code)s and f.retired_at is null
