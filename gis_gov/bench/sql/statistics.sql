-- Persons and events by street, from the kept counts.
select
    street.code,
    street.name,
    sum(t.count) filter (where t.layer = 'persons') as persons,
    sum(t.count) filter (where t.layer = 'events') as events
from tally as t
left join area as a on t.area_id = a.id
left join area as street on
    a.path >= street.path
    and a.path < street.path || 'Z'
    and street.level = 'street'
where t.layer in ('persons', 'events')
group by street.code, street.name
order by street.code
