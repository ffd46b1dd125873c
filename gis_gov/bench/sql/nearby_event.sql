-- What is around an event within 2000 m, and who answers for it, asked as one would by hand: the ten
-- nearest of each kind, how many there are in each ring, vulnerable persons, the cameras that see it.
with place as materialized (
    select
        e.code,
        e.title,
        e.state,
        e.geom,
        e.grid_id,
        e.area_id,
        st_expand(e.geom, 2000 / (111320 * cosd(st_y(e.geom))), 2000 / 110500.0) as reach
    from event as e
    where e.id = %(event)s
),

thing as (
    select
        r.kind,
        r.code,
        r.name,
        r.class as sort,
        null::timestamptz as seen_at,
        r.geom
    from place as p
    inner join resource as r on p.reach && r.geom
    union all
    select
        'worker' as kind,
        w.code,
        w.name,
        w.kind as sort,
        l.time as seen_at,
        l.geom
    from place as p
    inner join last_position as l on p.reach && l.geom
    inner join worker as w on l.worker_id = w.id
    left join off_shift as o on w.id = o.worker_id
    where l.time >= now() - interval '300 seconds' and o.worker_id is null
    union all
    select
        'enterprise' as kind,
        f.code,
        f.name,
        f.risk_class as sort,
        null as seen_at,
        a.geom
    from place as p
    inner join address as a on p.reach && a.geom
    inner join enterprise as f on a.id = f.address_id
    where f.risk_class in ('重大风险', '较大风险', '高风险', '重大', '较大', '高', 'high')
),

near as materialized (
    select
        m.*,
        row_number() over (partition by m.kind order by m.distance_m, m.code) as nth
    from (
        select
            t.*,
            st_distance(t.geom::geography, p.geom::geography) as distance_m,
            degrees(st_azimuth(p.geom::geography, t.geom::geography)) as bearing_deg
        from place as p
        cross join thing as t
    ) as m
    where m.distance_m <= 2000
),

ring as (
    select
        n.kind,
        width_bucket(n.distance_m, array[0, 500.0000001, 1000.0000001]) as ring,
        count(*) as hits
    from near as n
    group by n.kind, ring
),

home as (
    select
        a.id,
        st_distance(a.geom::geography, p.geom::geography) as distance_m
    from place as p
    inner join address as a on p.reach && a.geom
),

vulnerable as (
    select
        width_bucket(h.distance_m, array[0, 500.0000001, 1000.0000001]) as ring,
        count(*) as persons
    from home as h
    inner join person as q on h.id = q.address_id
    where h.distance_m <= 2000 and q.person_class = 'service'
    group by ring
)

select
    p.code,
    p.title,
    p.state,
    g.code as grid_code,
    g.name as grid_name,
    (
        select
            jsonb_agg(
                jsonb_build_object(
                    'kind', n.kind, 'code', n.code, 'name', n.name, 'class', n.sort,
                    'time', n.seen_at, 'distance_m', n.distance_m, 'bearing_deg', n.bearing_deg,
                    'lon', st_x(n.geom), 'lat', st_y(n.geom)
                )
                order by n.distance_m, n.kind, n.code
            )
        from near as n
        where n.nth <= 10
    ) as features,
    (select jsonb_agg(jsonb_build_array(r.ring, r.kind, r.hits)) from ring as r) as rings,
    (
        select jsonb_object_agg(v.ring, v.persons)
        from vulnerable as v
    ) as vulnerable_persons,
    (
        select jsonb_object_agg(a.level, jsonb_build_array(a.code, a.name))
        from area as lowest
        inner join area as a on starts_with(lowest.path, a.path)
        where lowest.id = p.area_id
    ) as areas,
    (
        select jsonb_agg(distinct jsonb_build_array(w.code, w.name, t.role))
        from grid_worker as t
        inner join worker as w on t.worker_id = w.id
        where
            t.grid_id = p.grid_id
            and t.valid_from <= (now() at time zone 'Asia/Shanghai')::date
            and (
                t.valid_to is null or t.valid_to >= (now() at time zone 'Asia/Shanghai')::date
            )
    ) as workers,
    (
        select
            jsonb_agg(
                jsonb_build_object(
                    'code', s.code, 'name', s.name, 'range_m', s.range_m,
                    'distance_m', st_distance(s.geom::geography, p.geom::geography)
                )
            )
        from resource as s
        where s.sector && p.geom and st_intersects(s.sector, p.geom)
    ) as seen_by
from place as p
left join grid as g on p.grid_id = g.id
