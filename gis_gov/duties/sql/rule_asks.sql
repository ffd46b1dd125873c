select
    r.patrol_kind,
    r.alternates,
    r.min_minutes,
    r.min_metres,
    r.min_coverage,
    r.radius_m,
    r.only_near,
    r.in_order,
    r.max_speed_mps,
    r.without_stays
from patrol_rule as r
where r.id = %(rule_id)s
