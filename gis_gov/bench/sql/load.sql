-- Copies of addresses, placed and counted as those of a loader are.
insert into address (code, full_text, elements, level, geom, source_datum, place_method)
select
    'bench-' || a.code as code,
    a.full_text,
    a.elements,
    a.level,
    a.geom,
    a.source_datum,
    a.place_method
from address as a
where a.geom is not null
order by a.id
limit %(rows)s
