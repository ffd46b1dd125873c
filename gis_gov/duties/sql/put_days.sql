insert into working_day (day, works, name) -- noqa: RF04
select
    u.told,
    u.works,
    u.called
from unnest(%(days)s::date[], %(works)s::boolean[], %(names)s::text[]) as u (told, works, called)
where u.works is not null
on conflict (day) do update
set works = excluded.works, name = excluded.name
