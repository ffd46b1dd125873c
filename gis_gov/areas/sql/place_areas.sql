-- All areas, for the index in memory; retired ones only lend their names to what is below them.
select
    a.id,
    a.code,
    a.name,
    a.level,
    a.path,
    case when a.valid_to is null then st_asbinary(a.geom) end as geom
from area as a
