-- Events as they are told of, with what decides on who may know.
select
    e.id,
    e.code,
    e.title,
    e.state,
    e.level,
    c.code as class_code,
    c.name as class_name,
    e.reported_at,
    e.department,
    e.area_id,
    e.grid_id,
    a.code as area_code,
    g.code as grid_code,
    st_x(e.geom) as lon,
    st_y(e.geom) as lat
from event as e
left join event_class as c on e.class_id = c.id
left join area as a on e.area_id = a.id
left join grid as g on e.grid_id = g.id
where e.id = any(%(ids)s)
