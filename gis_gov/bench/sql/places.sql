-- Points to ask about, all over some areas or everywhere: addresses, or without any resources.
with point as (
    select
        a.code,
        a.area_id,
        a.geom
    from address as a
    where a.geom is not null
    union all
    select
        r.code,
        r.area_id,
        r.geom
    from resource as r
    where
        r.geom is not null
        and not exists (select 1 from address)
)

select
    st_x(p.geom) as lon,
    st_y(p.geom) as lat
from point as p
where %(everywhere)s or p.area_id = any(%(areas)s::bigint[])
order by md5(p.code)
limit %(places)s
