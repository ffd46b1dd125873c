-- A fix that does not count is in no track: neither in what is kept, nor in what is drawn until then.

-- As before, of the fixes that count.
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
            where
                p.worker_id is not null
                and p.rejected_for is null
                and p.time >= lowest
                and p.time < highest
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

-- As before, of the fixes that count.
create or replace function track_parts(
    devices text[], hours timestamptz[], sinces timestamptz[]
) returns setof track_part
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
    ), found as (
        select
            t.device,
            t.hour_at,
            t.worker_id,
            t.area_id,
            t.grid_id,
            st_xmin(t.geom) as west,
            st_ymin(t.geom) as south,
            st_m(st_startpoint(t.geom)) as begins,
            st_xmax(t.geom) as east,
            st_ymax(t.geom) as north,
            st_m(st_endpoint(t.geom)) as ends
        from asked as a
        inner join track_part as t on a.device = t.device and a.hour_at = t.hour_at
        where a.since > a.hour_at
        union all
        select
            a.device,
            a.hour_at,
            p.worker_id,
            p.area_id,
            p.grid_id,
            min(st_x(p.geom)),
            min(st_y(p.geom)),
            min(extract(epoch from p.time)),
            max(st_x(p.geom)),
            max(st_y(p.geom)),
            max(extract(epoch from p.time))
        from asked as a
        inner join position as p on
            a.device = p.device
            and p.time >= a.since
            and p.time < a.hour_at + interval '1 hour'
        where
            p.worker_id is not null
            and p.rejected_for is null
            and p.time >= lowest
            and p.time < highest
        group by a.device, a.hour_at, p.worker_id, p.area_id, p.grid_id
    )

    select
        f.device,
        f.hour_at,
        f.worker_id,
        f.area_id,
        f.grid_id,
        st_setsrid(
            st_makeline(
                st_makepointm(min(f.west), min(f.south), min(f.begins)),
                st_makepointm(max(f.east), max(f.north), max(f.ends))
            ),
            4490
        )::geometry (linestringm, 4490) as geom
    from found as f
    group by f.device, f.hour_at, f.worker_id, f.area_id, f.grid_id;
end
$$;

-- As before, of the fixes that count.
create or replace function track_areas(
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
            where
                p.worker_id is not null
                and p.rejected_for is null
                and p.time >= lowest
                and p.time < highest
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

-- As before, of the fixes that count.
create or replace function note_tracks() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    if tg_op = 'TRUNCATE' then
        -- Not truncated: it may be one of the tables that the same statement truncates.
        delete from track_line;
        delete from track_part;
        delete from track_area;
        delete from track_due;
        return null;
    end if;
    -- Planned at each call, as in 0001_place.sql.
    execute format(
        $query$
            insert into track_due (device, hour_at, since, geom, worker_id, area_id, grid_id)
            select
                w.device,
                track_hour(w.time) as hour_at,
                %s as since,
                st_setsrid(st_extent(w.geom)::geometry, 4490) as geom,
                w.worker_id,
                w.area_id,
                w.grid_id
            from %s as w
            where w.worker_id is not null and w.rejected_for is null
            group by w.device, track_hour(w.time), w.worker_id, w.area_id, w.grid_id
        $query$,
        case tg_op when 'INSERT' then 'min(w.time)' else 'track_hour(w.time)' end,
        case tg_op
            when 'INSERT' then 'new_rows'
            when 'DELETE' then 'old_rows'
            else
                $rows$(
                    select s.*
                    from old_rows as o
                    full join new_rows as n using (id)
                    cross join lateral (
                        values
                        (o.device, o.time, o.worker_id, o.rejected_for, o.geom, o.area_id, o.grid_id),
                        (n.device, n.time, n.worker_id, n.rejected_for, n.geom, n.area_id, n.grid_id)
                    ) as s (device, time, worker_id, rejected_for, geom, area_id, grid_id)
                    where
                        (
                            o.device, o.time, o.worker_id, o.rejected_for is null, o.geom::bytea,
                            o.area_id, o.grid_id
                        )
                        is distinct from
                        (
                            n.device, n.time, n.worker_id, n.rejected_for is null, n.geom::bytea,
                            n.area_id, n.grid_id
                        )
                )$rows$
        end
    );
    return null;
end
$$;

-- What is drawn with such fixes is made anew.
insert into track_due (device, hour_at, since, geom, worker_id, area_id, grid_id)
select
    p.device,
    track_hour(p.time) as hour_at,
    track_hour(p.time) as since,
    st_setsrid(st_extent(p.geom)::geometry, 4490) as geom,
    p.worker_id,
    p.area_id,
    p.grid_id
from position as p
where p.worker_id is not null and p.rejected_for is not null
group by p.device, track_hour(p.time), p.worker_id, p.area_id, p.grid_id;
