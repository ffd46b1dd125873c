-- What a rule wants of whom in some periods: for each object, of each of its workers or of them
-- together. Who serves in a grid is asked for the first day of a period, so that making them again
-- makes the same.
with rule as (
    select r.*
    from patrol_rule as r
    where r.id = %(rule_id)s
    for no key update
),

below as (
    select a.id
    from rule as r
    inner join area as above on r.area_id = above.id
    inner join area as a on above.path <= a.path and above.path || 'Z' > a.path
),

period as (
    select *
    from unnest(
        %(begins_on)s::date[], %(ends_on)s::date[], %(begins_at)s::timestamptz[],
        %(due_at)s::timestamptz[]
    ) as u (begins_on, ends_on, begins_at, due_at)
),

named as (
    select o.object_id
    from patrol_rule_object as o
    where o.rule_id = %(rule_id)s
),

thing as (
    select
        0::bigint as object_id,
        null::bigint as grid_id,
        r.area_id,
        null::date as valid_from,
        null::date as valid_to
    from rule as r
    where r.object_kind in ('route', 'points')
    union all
    select
        a.id as object_id,
        null::bigint as grid_id,
        a.id as area_id,
        a.valid_from,
        a.valid_to
    from rule as r
    cross join area as a
    where
        r.object_kind = 'area'
        and case
            when exists (
                select
                from named
            ) then a.id in (select n.object_id from named as n)
            else a.id = r.area_id
        end
    union all
    select
        g.id as object_id,
        g.id as grid_id,
        g.area_id,
        g.valid_from,
        g.valid_to
    from rule as r
    cross join grid as g
    where
        r.object_kind = 'grid'
        and g.area_id in (select b.id from below as b)
        and case
            when exists (
                select
                from named
            ) then g.id in (select n.object_id from named as n)
            else g.layer = 'base'
        end
    union all
    select
        o.id as object_id,
        o.grid_id,
        o.area_id,
        null::date as valid_from,
        null::date as valid_to
    from rule as r
    cross join named as n
    inner join lateral (
        select
p.id,
p.grid_id,
p.area_id
        from person as p
        where r.object_kind = 'person' and p.id = n.object_id
        union all
        select
h.id,
h.grid_id,
h.area_id
        from house as h
        where r.object_kind = 'house' and h.id = n.object_id
        union all
        select
e.id,
e.grid_id,
e.area_id
        from enterprise as e
        where r.object_kind = 'enterprise' and e.id = n.object_id
        union all
        select
c.id,
c.grid_id,
c.area_id
        from resource as c
        where r.object_kind = 'resource' and c.id = n.object_id
    ) as o on true
),

-- Areas and grids are asked for the first day of a period, too: some end, others are to come.
there as (
    select
        p.begins_on,
        o.object_id,
        o.grid_id,
        o.area_id
    from period as p
    inner join thing as o
        on
            (o.valid_from is null or p.begins_on >= o.valid_from)
            and (o.valid_to is null or p.begins_on <= o.valid_to)
),

called as (
    select
        w.id,
        w.area_id
    from patrol_rule_worker as n
    inner join worker as w on n.worker_id = w.id
    where n.rule_id = %(rule_id)s
),

-- Joined kind by kind: a condition over all of them would try each worker for each object.
who as (
    select
        o.*,
        c.id as worker_id,
        c.area_id as home_id
    from rule as r
    cross join there as o
    cross join called as c
    where r.is_own
    union
    select
        o.*,
        w.id as worker_id,
        w.area_id as home_id
    from rule as r
    cross join there as o
    inner join grid_worker as g
        on
            o.grid_id = g.grid_id
            and o.begins_on >= g.valid_from
            and (g.valid_to is null or o.begins_on <= g.valid_to)
    inner join worker as w on g.worker_id = w.id
    where
        r.is_own
        and not exists (
            select
            from called
        )
    union
    select
        o.*,
        w.id as worker_id,
        w.area_id as home_id
    from rule as r
    cross join there as o
    inner join worker as w on w.area_id in (select b.id from below as b)
    where
        r.is_own
        and o.grid_id is null
        and not exists (
            select
            from called
        )
    union
    select
        o.*,
        null::bigint as worker_id,
        null::bigint as home_id
    from rule as r
    cross join there as o
    where not r.is_own
),

wanted as (
    select
        r.id as rule_id,
        w.object_id,
        w.worker_id,
        w.grid_id,
        n.number,
        p.begins_on,
        p.ends_on,
        p.begins_at,
        p.due_at,
        coalesce(w.home_id, w.area_id, r.area_id) as area_id
    from rule as r
    cross join who as w
    inner join period as p on w.begins_on = p.begins_on
    cross join generate_series(1, r.per_period) as n (number) -- noqa: RF04
),

-- Only what is new or due at another time: whatever conflicts is locked, be it changed or not.
missing as (
    select w.*
    from wanted as w
    left join patrol_task as t
        on
            w.rule_id = t.rule_id
            and w.object_id = t.object_id
            and coalesce(w.worker_id, 0) = coalesce(t.worker_id, 0)
            and w.begins_on = t.begins_on
            and w.number = t.number
    where t.id is null or (t.due_at <> w.due_at and t.due_at > now())
),

made as (
    insert into patrol_task as t (
        rule_id, object_id, worker_id, grid_id, area_id, number, begins_on, ends_on, begins_at,
        due_at
    )
    select
        w.rule_id,
        w.object_id,
        w.worker_id,
        w.grid_id,
        w.area_id,
        w.number,
        w.begins_on,
        w.ends_on,
        w.begins_at,
        w.due_at
    from missing as w
    order by w.object_id, w.worker_id, w.begins_on, w.number
    on conflict (rule_id, object_id, worker_id, begins_on, number) do update
    -- The calendar may have changed for what is still to come.
    set due_at = excluded.due_at
    where t.due_at <> excluded.due_at and t.due_at > now()
    returning
        t.worker_id,
        t.begins_at,
        t.due_at,
        t.xmax = 0 as is_new
),

-- What begins later, and is wanted no longer.
gone as (
    delete from patrol_task as t
    where
        t.rule_id = %(rule_id)s
        and t.begins_at > now()
        and t.excused_for is null
        and (t.object_id, t.begins_on, t.number, coalesce(t.worker_id, 0)) not in (
            select
                w.object_id,
                w.begins_on,
                w.number,
                coalesce(w.worker_id, 0)
            from wanted as w
        )
),

known as (
    update patrol_rule as r
    set made_on = %(today)s
    where r.id = %(rule_id)s and r.made_on is distinct from %(today)s::date
),

able as (
    select n.worker_id
    from patrol_rule_worker as n
    where n.rule_id = %(rule_id)s
    union
    select g.worker_id
    from grid_worker as g
    inner join grid as s on g.grid_id = s.id
    where s.area_id in (select b.id from below as b)
    union
    select w.id as worker_id
    from worker as w
    where w.area_id in (select b.id from below as b)
),

-- Patrols that were there before their tasks.
due as (
    insert into judgement_due (worker_id, day)
    select
        p.worker_id,
        p.day
    from made as m
    inner join patrol as p
        on
            m.worker_id = p.worker_id
            and m.begins_at <= p.begins_at
            and m.due_at > p.begins_at
    where m.begins_at <= now()
    union
    select
        p.worker_id,
        p.day
    from able as a
    inner join patrol as p on a.worker_id = p.worker_id
    where
        p.begins_at >= (
            select min(m.begins_at)
            from made as m
            where m.worker_id is null
        )
)

select count(*) filter (where m.is_new)
from made as m
