-- Those that are there may have been copied, with their ids.
insert into worker (id, code, name)
select
    coalesce(w.highest, 0) + n.place as id,
    'bench-' || n.place as code,
    n.place::text as name -- noqa: RF04
from generate_series(1, %(number)s) as n (place)
cross join (select max(id) as highest from worker) as w -- noqa: ST05
returning id
