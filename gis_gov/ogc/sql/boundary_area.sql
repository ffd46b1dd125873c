select
    a.id,
    a.code,
    a.level as tier,
    a.parent_id as above_id,
    null::bigint as around_id,
    a.valid_to is null as is_current,
    st_asbinary(a.geom) as wkb
from area as a
where a.code = %(code)s
