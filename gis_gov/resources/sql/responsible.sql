-- Who answers for places, each with a grid and an area: the grid, the areas above, and who works in
-- the grid today.
select
    g.code as grid_code,
    g.name as grid_name,
    (
        select jsonb_object_agg(a.level, jsonb_build_object('code', a.code, 'name', a.name))
        from area as lowest
        inner join area as a on starts_with(lowest.path, a.path)
        where lowest.id = p.area_id
    ) as areas,
    (
        select
            jsonb_agg(
                jsonb_build_object('code', s.code, 'name', s.name, 'role', s.role)
                order by s.role, s.code
            )
        from (
            -- Somebody may end and begin again on one day.
            select distinct
                w.code,
                w.name,
                t.role
            from grid_worker as t
            inner join worker as w on t.worker_id = w.id
            where
                t.grid_id = p.grid_id
                and t.valid_from <= %(today)s
                and (t.valid_to is null or t.valid_to >= %(today)s)
                and (
                    %(everywhere)s::boolean
                    or w.area_id = any(%(areas)s::bigint[])
                    or t.grid_id = any(%(grids)s::bigint[])
                    or w.id = %(own_worker)s::bigint
                )
        ) as s
    ) as workers
from
    unnest(%(grid_ids)s::bigint[], %(area_ids)s::bigint[])
        with ordinality as p (grid_id, area_id, n)
left join grid as g on p.grid_id = g.id
order by p.n
