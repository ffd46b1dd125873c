-- Where the object of a task is; null if nobody told.
select
    r.object_kind,
    st_asbinary(
        case r.object_kind
            when 'route' then r.geom
            when 'area' then (
                select a.geom
                from area as a
                where a.id = %(object_id)s
            )
            when 'grid' then (
                select g.geom
                from grid as g
                where g.id = %(object_id)s
            )
            when 'resource' then (
                select e.geom
                from resource as e
                where e.id = %(object_id)s
            )
            when 'person' then (
                select a.geom
                from person as p
                inner join address as a on p.address_id = a.id
                where p.id = %(object_id)s
            )
            when 'house' then (
                select coalesce(h.geom, a.geom)
                from house as h
                left join address as a on h.address_id = a.id
                where h.id = %(object_id)s
            )
            when 'enterprise' then (
                select a.geom
                from enterprise as e
                inner join address as a on e.address_id = a.id
                where e.id = %(object_id)s
            )
        end
    ) as shape
from patrol_rule as r
where r.id = %(rule_id)s
