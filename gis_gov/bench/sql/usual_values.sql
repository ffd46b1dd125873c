-- Of layers that are often filtered the value that most things have, and when an event was reported last.
select
    'events' as layer,
    'class_code' as property,
    (
        select c.code
        from event as e
        inner join event_class as c on e.class_id = c.id
        group by c.code
        order by count(*) desc, c.code
        limit 1
    ) as usual,
    (select max(e.reported_at) from event as e) as last_report
union all
select
    k.kind || 's' as layer,
    'class' as property,
    (
        select r.class
        from resource as r
        where r.kind = k.kind and r.class is not null
        group by r.class
        order by count(*) desc, r.class
        limit 1
    ) as usual,
    null as last_report
from unnest(array['poi', 'camera', 'centre']) as k (kind)
union all
select
    'enterprises' as layer,
    'risk_class' as property,
    (
        select e.risk_class
        from enterprise as e
        where e.risk_class is not null
        group by e.risk_class
        order by count(*) desc, e.risk_class
        limit 1
    ) as usual,
    null as last_report
