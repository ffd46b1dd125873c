-- Where persons of a class live, and how many at each place: in some hexagons, and in a box where no
-- hexagon is known yet.
with home as (
    select
        a.id,
        a.geom
    from address as a
    where
        a.cell = any(%(cells)s::bigint[])
        and a.geom is not null
        and (
            %(address_everywhere)s::boolean
            or a.area_id = any(%(address_areas)s::bigint[])
            or a.grid_id = any(%(address_grids)s::bigint[])
        )
    union all
    select
        a.id,
        a.geom
    from address as a
    where
        a.cell is null
        and a.geom is not null
        and a.geom && st_makeenvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490)
        and (
            %(address_everywhere)s::boolean
            or a.area_id = any(%(address_areas)s::bigint[])
            or a.grid_id = any(%(address_grids)s::bigint[])
        )
)

select
    st_x(h.geom) as lon,
    st_y(h.geom) as lat,
    count(*) as persons
from home as h
inner join person as p on h.id = p.address_id
where
    p.person_class = %(person_class)s
    and not st_isempty(h.geom)
    and (
        %(person_everywhere)s::boolean
        or p.area_id = any(%(person_areas)s::bigint[])
        or p.grid_id = any(%(person_grids)s::bigint[])
    )
group by lon, lat
order by lon, lat
limit %(most)s
