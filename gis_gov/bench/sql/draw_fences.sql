insert into fence (code, name, geom)
select
    'bench-' || u.place as code,
    u.place::text as name, -- noqa: RF04
    st_geomfromwkb(u.wkb, 4490) as geom
from unnest(%(wkb)s::bytea[]) with ordinality as u (wkb, place)
