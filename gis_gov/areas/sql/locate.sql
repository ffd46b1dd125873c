-- Where a point lies, as the triggers decide it: its grid, the exclusive grids, the area's path.
with
asked as (
    select st_point(%(lon)s, %(lat)s, 4490) as geom
),

home as (
    select
        asked.geom,
        place.grid_id,
        a.path
    from asked
    cross join lateral place_of(asked.geom) as place
    left join area as a on place.area_id = a.id
)

select
    g.code as grid_code,
    g.name as grid_name,
    array(
        select array[e.code, e.name]
        from grid as e
        where
            e.layer = 'exclusive'
            and e.valid_to is null
            and e.geom && home.geom
            and st_covers(e.geom, home.geom)
        order by e.code
    ) as exclusive_grids,
    array(
        select array[a.level, a.code, a.name]
        from area as a
        where a.id = any(string_to_array(trim(home.path, '/'), '/')::bigint[])
        order by a.level_rank
    ) as areas
from home
left join grid as g on home.grid_id = g.id
