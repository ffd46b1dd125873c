-- Codes all over the lists of some areas, or of all, to begin a page after.
(
    select
        'persons' as kind,
        p.code
    from person as p
    where %(everywhere)s or p.area_id = any(%(areas)s::bigint[])
    order by md5(p.code)
    limit %(places)s
)
union all
(
    select
        'houses' as kind,
        h.code
    from house as h
    where %(everywhere)s or h.area_id = any(%(areas)s::bigint[])
    order by md5(h.code)
    limit %(places)s
)
