-- Events to ask about, all over the district.
select
    e.code,
    e.id
from event as e
where e.geom is not null
order by md5(e.code)
limit %(number)s
