-- One thing of each of three layers, somewhere, written as it is.
with
camera as (
    update resource as r
    set name = r.name
    where r.id = (
        select min(p.id) from resource as p
        where p.id >= (select random() * max(m.id) from resource as m)::bigint
    )
    returning r.id
),

report as (
    update event as e
    set title = e.title
    where e.id = (
        select min(p.id) from event as p
        where p.id >= (select random() * max(m.id) from event as m)::bigint
    )
    returning e.id
),

place as (
    update address as a
    set full_text = a.full_text
    where a.id = (
        select min(p.id) from address as p
        where p.id >= (select random() * max(m.id) from address as m)::bigint
    )
    returning a.id
)

select
    (select count(*) from camera)
    + (select count(*) from report)
    + (select count(*) from place) as written
