-- Things of four kinds to be edited, what of each is edited, and what it becomes meanwhile.
(
    select
        'address' as kind,
        a.id,
        a.geom::text as was,
        st_translate(a.geom, 0.002, 0)::text as becomes
    from address as a
    where a.geom is not null and a.valid_to is null
    order by md5(a.code)
    limit %(number)s
)
union all
(
    select
        'event' as kind,
        e.id,
        e.geom::text as was,
        st_translate(e.geom, 0, 0.002)::text as becomes
    from event as e
    where e.geom is not null
    order by md5(e.code)
    limit %(number)s
)
union all
(
    select
        'person' as kind,
        p.id,
        p.address_id::text as was,
        p.other::text as becomes
    from (
        select
            q.id,
            q.code,
            q.address_id,
            lead(q.address_id, 1) over (order by md5(q.code)) as other
        from person as q
        where q.address_id is not null
    ) as p
    where p.other <> p.address_id
    order by md5(p.code)
    limit %(number)s
)
union all
(
    select
        'resource' as kind,
        r.id,
        r.name as was,
        r.name || '（测）' as becomes
    from resource as r
    where r.name is not null
    order by md5(r.code)
    limit %(number)s
)
