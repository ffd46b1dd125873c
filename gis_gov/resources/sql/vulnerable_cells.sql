-- How many persons of a class live in each hexagon that meets a box, by grid and area, as the kept
-- counts have it; each row as bytes: thousands are read, of which each would be six numbers.
-- `west` and `south` are looked for by the index, so what a hexagon measures is added to the box.
select
    coalesce(
        string_agg(
            int8send(t.cell)
            || int8send(t.count)
            || float8send(t.west)
            || float8send(t.south)
            || float8send(t.east)
            || float8send(t.north),
            ''::bytea
        ),
        ''::bytea
    ) as cells,
    transaction_timestamp() as moment
from tally as t
where
    t.layer = %(layer)s::text
    and t.cell <> 0
    and t.count > 0
    and t.west between %(west)s::double precision - %(width)s::double precision
    and %(east)s::double precision
    and t.south between %(south)s::double precision - %(height)s::double precision
    and %(north)s::double precision
    and t.east >= %(west)s::double precision
    and t.north >= %(south)s::double precision
    and (
        %(person_everywhere)s::boolean
        or t.area_id = any(%(person_areas)s::bigint[])
        or t.grid_id = any(%(person_grids)s::bigint[])
    )
    and (
        %(address_everywhere)s::boolean
        or t.area_id = any(%(address_areas)s::bigint[])
        or t.grid_id = any(%(address_grids)s::bigint[])
    )
