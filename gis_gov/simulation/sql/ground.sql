select
    w.code,
    st_asbinary(coalesce(p.geom, a.geom)) as grid,
    st_asbinary(st_simplifypreservetopology(a.geom, 0.0001)) as area
from worker as w
inner join area as a on w.area_id = a.id
left join lateral (
    select g.geom
    from grid_worker as t
    inner join grid as g on t.grid_id = g.id
    where t.worker_id = w.id
    order by g.id
    limit 1
) as p on true
where a.geom is not null
order by w.code
