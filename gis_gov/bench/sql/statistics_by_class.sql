-- Events of each class by street.
select
    street.code as street,
    c.code as class_code,
    count(*) as events
from event as e
left join area as a on e.area_id = a.id
left join area as street on
    a.path >= street.path
    and a.path < street.path || 'Z'
    and street.level = 'street'
left join event_class as c on e.class_id = c.id
group by street.code, c.code
order by street.code, c.code
