-- Whoever may follow workers in some areas only is drawn by what is kept, too, of hours that lie partly outside: for each
-- of the areas of such an hour the pieces of its lines that lie there.

create table track_area (
    device text collate "C" not null,
    hour_at timestamptz not null,
    worker_id bigint not null,
    area_id bigint,
    first_ids bigint[] not null,
    pieces geometry (multilinestringm, 4490) not null
);

create index track_area_pieces_idx on track_area using gist (pieces gist_geometry_ops_nd);
create index track_area_device_hour_at_idx on track_area (device, hour_at);

comment on table track_area is
'Of hours in several areas the fixes in each: a piece ends where the next fix is in another one, or leaps. Kept by keep_track_lines.';
comment on column track_area.first_ids is 'Of the first fix of each piece.';

alter table track_area enable row level security;

-- Of grids nothing is kept: the fixes in a grid are few.
create policy track_area_reach on track_area to gis_gov_app using (
    (select reach_everywhere('track'))
    or area_id in (select reach_areas('track'))
    or worker_id = (select reach_own('track'))
);
grant select on track_area to gis_gov_app;

-- As before, and of those whose lines are not all to be known what is known of their areas.
create or replace function track_lines(
    devices text[], hours timestamptz[], sinces timestamptz[], earliest timestamptz, latest timestamptz
) returns table (
    device text,
    hour_at timestamptz,
    worker_id bigint,
    first_id bigint,
    begins_at timestamptz,
    ends_at timestamptz,
    is_first boolean,
    is_last boolean,
    geom geometry
)
language plpgsql stable parallel safe
-- Which days are looked at is decided as it is planned.
set plan_cache_mode = force_custom_plan
as $$
declare
    lowest constant timestamptz := greatest(earliest, (select min(h.hour_at) from unnest(hours) as h (hour_at)));
    highest constant timestamptz := least(
        latest, (select max(h.hour_at) from unnest(hours) as h (hour_at)) + interval '1 hour'
    );
    knows_all constant boolean := reach_everywhere('track');
begin
    if coalesce(cardinality(hours), 0) = 0 then
        return;
    end if;
    return query
    with asked as (
        select
            a.device,
            a.hour_at,
            least(a.since, a.hour_at + interval '1 hour') as since,
            least(a.since, latest) as until
        from unnest(devices, hours, sinces) as a (device, hour_at, since)
    ), piece as (
        select
            l.device,
            l.hour_at,
            l.worker_id,
            l.first_id,
            track_cut(l.geom, l.begins_at, l.ends_at, earliest, a.until) as cut
        from asked as a
        inner join track_line as l on a.device = l.device and a.hour_at = l.hour_at
        where earliest < a.until and l.begins_at < a.until and l.ends_at >= earliest
        union all
        select
            t.device,
            t.hour_at,
            t.worker_id,
            t.first_id,
            case
                when t.begins_at >= earliest and t.ends_at < t.until then t.geom
                else track_cut(t.geom, t.begins_at, t.ends_at, earliest, t.until)
            end as cut
        from (
            select
                t.device,
                t.hour_at,
                t.worker_id,
                t.first_ids[d.path[1]] as first_id,
                to_timestamp(st_m(st_startpoint(d.geom))) as begins_at,
                to_timestamp(st_m(st_endpoint(d.geom))) as ends_at,
                t.until,
                d.geom
            from (
                select
                    t.*,
                    a.until
                from asked as a
                inner join track_area as t on a.device = t.device and a.hour_at = t.hour_at
                where
                    not knows_all
                    and earliest < a.until
                    and a.hour_at < a.until
                    and not exists (
                        select from track_line as l
                        where
                            l.device = t.device
                            and l.hour_at = t.hour_at
                            and l.worker_id = t.worker_id
                    )
                offset 0
            ) as t
            cross join lateral st_dump(t.pieces) as d
            offset 0
        ) as t
        where earliest < t.until and t.begins_at < t.until and t.ends_at >= earliest
        offset 0
    ), part as (
        select
            k.device,
            k.hour_at,
            k.worker_id,
            k.first_id,
            to_timestamp(st_m(k.starts)) as begins_at,
            to_timestamp(st_m(k.stops)) as ends_at,
            k.starts,
            k.stops,
            k.cut
        from (
            select
                p.*,
                coalesce(st_startpoint(p.cut), p.cut) as starts,
                coalesce(st_endpoint(p.cut), p.cut) as stops
            from piece as p
            where p.cut is not null
            offset 0
        ) as k
        union all
        select
            f.device,
            f.hour_at,
            f.worker_id,
            f.id,
            f.time,
            f.time,
            f.geom,
            f.geom,
            f.geom
        from (
            select
                a.device,
                a.hour_at,
                p.worker_id,
                p.id,
                p.time,
                st_setsrid(
                    st_makepointm(st_x(p.geom), st_y(p.geom), extract(epoch from p.time)::double precision), 4490
                ) as geom
            from (
                -- What is kept to its end has no fixes to be looked for.
                select * from asked as w where w.since < w.hour_at + interval '1 hour' offset 0
            ) as a
            inner join position as p on
                a.device = p.device
                and p.time >= greatest(a.since, earliest)
                and p.time < least(a.hour_at + interval '1 hour', latest)
            where p.worker_id is not null and p.time >= lowest and p.time < highest
            offset 0
        ) as f
    ), beside as (
        select
            p.*,
            lag(p.ends_at) over way as time_before,
            lag(p.stops) over way as stops_before
        from part as p
        window way as (partition by p.device, p.hour_at, p.worker_id order by p.begins_at)
    ), numbered as (
        select
            b.*,
            count(*) filter (
                where track_leaps(b.time_before, b.stops_before, b.begins_at, b.starts)
            ) over (partition by b.device, b.hour_at, b.worker_id order by b.begins_at) as leg
        from beside as b
    )

    select
        n.device,
        n.hour_at,
        n.worker_id,
        (array_agg(n.first_id order by n.begins_at))[1] as first_id,
        min(n.begins_at) as begins_at,
        max(n.ends_at) as ends_at,
        n.leg = min(n.leg) over whole as is_first,
        n.leg = max(n.leg) over whole as is_last,
        -- A fix alone is there twice, as a line has to have two points.
        case
            when count(*) = 1 and geometrytype((array_agg(n.cut))[1]) = 'POINTM'
                then st_makeline((array_agg(n.cut))[1], (array_agg(n.cut))[1])
            else st_makeline(n.cut order by n.begins_at)
        end as geom
    from numbered as n
    group by n.device, n.hour_at, n.worker_id, n.leg
    window whole as (partition by n.device, n.hour_at, n.worker_id);
end
$$;

-- The pieces in each area of some hours that have several: what is known, and the fixes from each one's `since` on.
create function track_areas(
    devices text[], hours timestamptz[], sinces timestamptz[]
) returns setof track_area
language plpgsql stable parallel safe
-- Which days are looked at is decided as it is planned.
set plan_cache_mode = force_custom_plan
as $$
declare
    lowest constant timestamptz := (select min(h.hour_at) from unnest(hours) as h (hour_at));
    highest constant timestamptz := (
        select max(h.hour_at) + interval '1 hour' from unnest(hours) as h (hour_at)
    );
begin
    return query
    with asked as (
        select * from unnest(devices, hours, sinces) as a (device, hour_at, since)
    ), known as (
        select
            t.device,
            t.hour_at,
            t.worker_id,
            t.area_id,
            t.first_ids[d.path[1]] as first_id,
            to_timestamp(st_m(st_startpoint(d.geom))) as begins_at,
            to_timestamp(st_m(st_endpoint(d.geom))) as ends_at,
            a.since,
            d.geom
        from asked as a
        inner join track_area as t on a.device = t.device and a.hour_at = t.hour_at
        cross join lateral st_dump(t.pieces) as d
        where a.since > a.hour_at
        union all
        -- Hours in one area.
        select
            l.device,
            l.hour_at,
            l.worker_id,
            l.areas[1] as area_id,
            l.first_id,
            l.begins_at,
            l.ends_at,
            a.since,
            l.geom
        from asked as a
        inner join track_line as l on a.device = l.device and a.hour_at = l.hour_at
        where a.since > a.hour_at and cardinality(l.areas) = 1
    ), part as (
        select
            k.device,
            k.hour_at,
            k.worker_id,
            k.area_id,
            k.first_id,
            k.begins_at,
            to_timestamp(st_m(coalesce(st_endpoint(k.cut), k.cut))) as ends_at,
            coalesce(st_startpoint(k.cut), k.cut) as starts,
            coalesce(st_endpoint(k.cut), k.cut) as stops,
            k.cut
        from (
            select
                n.*,
                case
                    when n.ends_at < n.since then n.geom
                    else track_cut(n.geom, n.begins_at, n.ends_at, '-infinity', n.since)
                end as cut
            from known as n
            where n.begins_at < n.since
            offset 0
        ) as k
        union all
        select
            f.device,
            f.hour_at,
            f.worker_id,
            f.area_id,
            f.id,
            f.time,
            f.time,
            f.geom,
            f.geom,
            f.geom
        from (
            select
                a.device,
                a.hour_at,
                p.worker_id,
                p.area_id,
                p.id,
                p.time,
                st_setsrid(
                    st_makepointm(st_x(p.geom), st_y(p.geom), extract(epoch from p.time)::double precision), 4490
                ) as geom
            from asked as a
            inner join position as p on
                a.device = p.device
                and p.time >= a.since
                and p.time < a.hour_at + interval '1 hour'
            where p.worker_id is not null and p.time >= lowest and p.time < highest
            offset 0
        ) as f
    ), beside as (
        select
            p.*,
            lag(p.ends_at) over way as time_before,
            lag(p.stops) over way as stops_before,
            lag(p.area_id) over way as area_before,
            min(p.area_id) over whole as least_area,
            max(p.area_id) over whole as greatest_area,
            count(p.area_id) over whole as with_area,
            count(*) over whole as of_all
        from part as p
        window
            whole as (partition by p.device, p.hour_at, p.worker_id),
            way as (whole order by p.begins_at)
    ), numbered as (
        select
            b.*,
            count(*) filter (
                where
                b.area_id is distinct from b.area_before
                or track_leaps(b.time_before, b.stops_before, b.begins_at, b.starts)
            ) over (partition by b.device, b.hour_at, b.worker_id order by b.begins_at) as leg
        from beside as b
        where b.least_area < b.greatest_area or b.with_area not in (0, b.of_all)
    ), joined as (
        select
            n.device,
            n.hour_at,
            n.worker_id,
            n.area_id,
            (array_agg(n.first_id order by n.begins_at))[1] as first_id,
            min(n.begins_at) as begins_at,
            -- A fix alone is there twice, as a line has to have two points.
            case
                when count(*) = 1 and geometrytype((array_agg(n.cut))[1]) = 'POINTM'
                    then st_makeline((array_agg(n.cut))[1], (array_agg(n.cut))[1])
                else st_makeline(n.cut order by n.begins_at)
            end as geom
        from numbered as n
        group by n.device, n.hour_at, n.worker_id, n.area_id, n.leg
    )

    select
        j.device,
        j.hour_at,
        j.worker_id,
        j.area_id,
        array_agg(j.first_id order by j.begins_at) as first_ids,
        st_collect(j.geom order by j.begins_at)::geometry (multilinestringm, 4490) as pieces
    from joined as j
    group by j.device, j.hour_at, j.worker_id, j.area_id;
end
$$;

-- As before, and the pieces by area with the lines.
create or replace function keep_track_lines(most integer) returns bigint
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    devices text[];
    hours timestamptz[];
    sinces timestamptz[];
    made track_line[];
    parts track_part[];
    pieces track_area[];
    taken bigint;
begin
    if not pg_try_advisory_xact_lock(7405007) then
        return 0;
    end if;
    -- Before any row, as whoever truncates it locks it.
    lock table position in access share mode;
    with gone as (
        delete from track_due as d
        -- What is noted of an hour by place is taken together.
        where d.id in (select n.id from track_due as n order by n.hour_at desc, n.device limit most)
        returning d.device, d.hour_at, d.since
    ), each as (
        select
            g.device,
            g.hour_at,
            min(g.since) as since,
            count(*) as noted
        from gone as g
        group by g.device, g.hour_at
    )
    select
        array_agg(e.device),
        array_agg(e.hour_at),
        array_agg(e.since),
        coalesce(sum(e.noted), 0)
    into devices, hours, sinces, taken
    from each as e;
    if taken = 0 then
        return 0;
    end if;
    -- In one statement, so of one moment: a line of fixes whose places are not with it would be shown to others.
    select
        array(
            select
                (
                    m.device, m.hour_at, m.begins_at, m.ends_at, m.worker_id, m.first_id, m.is_first,
                    m.is_last, m.geom, st_force2d(st_simplify(m.geom, 0.00008, true)), null, null
                )::track_line
            from track_lines(devices, hours, sinces, '-infinity', 'infinity') as m
        ),
        array(select p from track_parts(devices, hours, sinces) as p),
        array(select a from track_areas(devices, hours, sinces) as a)
    into made, parts, pieces;
    delete from track_part as t
    using unnest(devices, hours) as a (device, hour_at)
    where t.device = a.device and t.hour_at = a.hour_at;
    insert into track_part select * from unnest(parts);
    delete from track_area as t
    using unnest(devices, hours) as a (device, hour_at)
    where t.device = a.device and t.hour_at = a.hour_at;
    insert into track_area select * from unnest(pieces);
    -- Before the lines, as whoever deletes a worker has him first.
    perform from worker as w
    where w.id in (select m.worker_id from unnest(made) as m) order by w.id for key share;
    delete from track_line as l
    using unnest(devices, hours) as a (device, hour_at)
    where l.device = a.device and l.hour_at = a.hour_at;
    insert into track_line
    select
        m.device, m.hour_at, m.begins_at, m.ends_at, m.worker_id, m.first_id, m.is_first,
        m.is_last, m.geom, m.coarse, p.areas, p.grids
    from unnest(made) as m
    inner join (
        select
            t.device,
            t.hour_at,
            t.worker_id,
            array_agg(distinct t.area_id) as areas,
            array_agg(distinct t.grid_id) as grids
        from unnest(parts) as t
        group by t.device, t.hour_at, t.worker_id
    ) as p
        on m.device = p.device and m.hour_at = p.hour_at and m.worker_id = p.worker_id;
    return taken;
end
$$;

-- What lies in several areas is made anew, the newest hours first; until then tiles are drawn from the fixes.
insert into track_due (device, hour_at, since, geom, worker_id, area_id, grid_id)
select
    p.device,
    p.hour_at,
    p.hour_at as since,
    st_force2d(p.geom) as geom,
    p.worker_id,
    p.area_id,
    p.grid_id
from track_part as p
where
    exists (
        select from track_line as l
        where l.device = p.device and l.hour_at = p.hour_at and cardinality(l.areas) > 1
    );
