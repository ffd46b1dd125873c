-- Those that are to be as usual.
delete from working_day as d
using unnest(%(days)s::date[], %(works)s::boolean[]) as u (told, works)
where d.day = u.told and u.works is null
