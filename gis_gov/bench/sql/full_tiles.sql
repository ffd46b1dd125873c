-- How much of each layer lies in each tile of Web Mercator's zoom 16 in which there is any.
with point as (
    select
        'areas' as layer,
        st_pointonsurface(a.geom) as geom
    from area as a
    where a.valid_to is null and a.geom is not null
    union all
    select
        'grids' as layer,
        st_pointonsurface(g.geom) as geom
    from grid as g
    where g.valid_to is null
    union all
    select
        'addresses' as layer,
        a.geom
    from address as a
    where a.valid_to is null
    union all
    select
        'persons' as layer,
        a.geom
    from person as p
    inner join address as a on p.address_id = a.id
    union all
    select
        'houses' as layer,
        a.geom
    from house as h
    inner join address as a on h.address_id = a.id
    union all
    select
        'enterprises' as layer,
        a.geom
    from enterprise as e
    inner join address as a on e.address_id = a.id
    union all
    select
        r.kind || 's' as layer,
        r.geom
    from resource as r
    union all
    select
        'events' as layer,
        e.geom
    from event as e
    union all
    select
        'tracks' as layer,
        p.geom
    from position as p
    where p.time > (select max(q.time) - interval '1 day' from position as q)
)

select
    p.layer,
    floor((st_x(p.geom) + 180) / 360 * 65536)::integer as x,
    floor((1 - asinh(tan(radians(st_y(p.geom)))) / pi()) / 2 * 65536)::integer as y,
    count(*) as things
from point as p
where abs(st_y(p.geom)) < 85
group by 1, 2, 3
