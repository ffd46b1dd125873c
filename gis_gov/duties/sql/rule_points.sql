select
    p.number,
    p.radius_m,
    st_x(p.geom) as lon,
    st_y(p.geom) as lat
from patrol_rule_point as p
where p.rule_id = %(rule_id)s
order by p.number
