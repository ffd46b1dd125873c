-- Where an address lies, and whether it takes anybody along when it is moved.
select
    a.area_id,
    a.grid_id,
    p.persons,
    p.enterprises
from address as a
cross join placed_at(a.id) as p
where a.code = %(code)s
