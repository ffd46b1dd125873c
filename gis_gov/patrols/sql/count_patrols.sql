select count(*)
from patrol as p
where p.begins_at < %(before)s
