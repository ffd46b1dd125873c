-- The outlines of the outermost of some areas that have one, near a shape.
select st_asbinary(a.geom) as wkb
from area as a
where
    a.id = any(%(areas)s::bigint[])
    and a.valid_to is null
    and a.geom && st_geomfromwkb(%(wkb)s, 4490)
    and not exists (
        select 1 from area as u
        where
            u.id = any(string_to_array(trim(a.path, '/'), '/')::bigint[])
            and u.id <> a.id
            and u.id = any(%(areas)s::bigint[])
            and u.geom is not null
            and u.valid_to is null
    )
