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
        'events' as kind,
        e.code
    from event as e
    order by md5(e.code)
    limit %(places)s
)
