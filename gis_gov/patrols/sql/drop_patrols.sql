with dropped as (
    delete from patrol as p
    where p.id in (
        select o.id from patrol as o
        where o.begins_at < %(before)s
        order by o.begins_at
        limit %(most)s
    )
    returning p.id
)

select count(*) from dropped
