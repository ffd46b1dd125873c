-- A rule that wants each worker's grid patrolled every day.
insert into patrol_rule (
    code, version, name, area_id, object_kind, cadence, min_minutes, radius_m, valid_from,
    valid_to, made_on
)
select
    'bench' as code,
    1 as version, -- noqa: RF04
    '每日巡查' as name, -- noqa: RF04
    a.id as area_id,
    'grid' as object_kind,
    'day' as cadence,
    60 as min_minutes,
    0 as radius_m,
    %(first)s as valid_from,
    %(last)s as valid_to,
    %(last)s::date + 1 as made_on
from area as a
where a.parent_id is null
order by a.id
limit 1
