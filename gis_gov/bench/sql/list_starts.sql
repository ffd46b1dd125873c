-- Codes all over the lists, to begin a page after.
(
    select
        'persons' as kind,
        p.code
    from person as p
    order by md5(p.code)
    limit %(places)s
)
union all
(
    select
        'houses' as kind,
        h.code
    from house as h
    order by md5(h.code)
    limit %(places)s
)
