-- Who walks, and where: in the first of his grids, else in the area that employs him.
create table bench_walker as
select
    w.id,
    w.code,
    w.area_id,
    p.grid_id,
    row_number() over (order by w.code) as number, -- noqa: RF04
    coalesce(st_x(p.at), st_x(b.at)) as lon,
    coalesce(st_y(p.at), st_y(b.at)) as lat
from worker as w
inner join area as a on w.area_id = a.id
left join lateral ( -- noqa: ST05
    select
        g.id as grid_id,
        st_pointonsurface(g.geom) as at -- noqa: RF04
    from grid_worker as t
    inner join grid as g on t.grid_id = g.id
    where t.worker_id = w.id
    order by g.id
    limit 1
) as p on true
left join lateral (select st_pointonsurface(a.geom) as at) as b on true -- noqa: RF04, ST05
where coalesce(p.at, b.at) is not null
