-- A page of persons by code.
select
    p.id,
    p.code,
    p.name,
    p.person_class,
    a.full_text
from person as p
left join address as a on p.address_id = a.id
where p.code > %(after)s
order by p.code
limit 100
