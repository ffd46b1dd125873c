select
    g.id,
    g.code,
    g.layer as tier,
    g.area_id as above_id,
    g.parent_id as around_id,
    g.valid_to is null as is_current,
    st_asbinary(g.geom) as wkb
from grid as g
where g.code = %(code)s
