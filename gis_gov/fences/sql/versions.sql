-- What fences were and are, as far back as fixes may still come. What is of a grid or an area ends with it.
select
    v.id,
    v.fence_id,
    v.width_m,
    v.tells,
    v.dwell_s,
    v.hysteresis_m,
    v.windows,
    v.for_workers,
    v.for_area_id,
    v.area_id,
    v.grid_id,
    st_asbinary(v.geom) as wkb,
    extract(epoch from greatest(v.begins_at, v.valid_from))::float8 as from_s,
    extract(
        epoch from least(
            v.ends_at,
            v.valid_to,
            case when v.ends_at is null then coalesce(g.valid_to, a.valid_to)::timestamp at time zone 'Asia/Shanghai' end
        )
    )::float8 as to_s
from fence_version as v
inner join fence as f on v.fence_id = f.id
left join grid as g on f.of_grid_id = g.id
left join area as a on f.of_area_id = a.id
where v.ends_at is null or v.ends_at > now() - make_interval(days => %(days)s)
order by v.id
