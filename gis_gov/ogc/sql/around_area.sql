-- What an area has to agree with: those of its level or below the same one, the outline of the nearest area
-- above that has one, and what lies in it with no other outline in between.
with above as (
    select string_to_array(trim(a.path, '/'), '/')::bigint[] as ids
    from area as a
    where a.id = %(above_id)s
),

below as (
    select
        a.id,
        a.code,
        a.geom,
        a.valid_to,
        not exists (
            select 1 from area as m
            where
                m.id = any(string_to_array(trim(a.path, '/'), '/')::bigint[])
                and m.path > own.path
                and m.id <> a.id
                and m.geom is not null
                and m.valid_to is null
        ) as is_next
    from area as own
    inner join area as a on own.path <= a.path and own.path || 'Z' > a.path
    where own.id = %(id)s
)

select
    'neighbour' as relation,
    a.code,
    st_asbinary(a.geom) as wkb
from area as a
where
    a.valid_to is null
    and a.code <> %(code)s
    and a.geom && st_geomfromwkb(%(wkb)s, 4490)
    and (a.level = %(level)s or a.parent_id is not distinct from %(above_id)s::bigint)
    and not exists (
        select 1 from above as u
        where a.id = any(u.ids)
    )
    and not exists (
        select 1 from below as b
        where b.id = a.id
    )
union all
select
    'above' as relation,
    u.code,
    st_asbinary(u.geom) as wkb
from (
    select
        a.code,
        a.geom
    from above as x
    inner join area as a on a.id = any(x.ids)
    where a.geom is not null and a.valid_to is null
    order by a.level_rank desc
    limit 1
) as u
union all
select
    'below' as relation,
    b.code,
    st_asbinary(b.geom) as wkb
from below as b
where b.is_next and b.id <> %(id)s and b.geom is not null and b.valid_to is null
union all
select
    'below' as relation,
    g.code,
    st_asbinary(g.geom) as wkb
from below as b
inner join grid as g on b.id = g.area_id
where
    b.is_next
    and (b.id = %(id)s or b.geom is null or b.valid_to is not null)
    and g.valid_to is null
    and g.layer in ('base', 'exclusive')
