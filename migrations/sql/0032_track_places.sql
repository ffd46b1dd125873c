-- Whoever may follow workers in some areas or grids only is drawn by kept lines, too: in each hour a line
-- knows in which areas and grids its device's fixes are, and is for him who may know all of them. Of the other
-- hours he finds by track_part which ones have fixes that he may know.

alter table track_line
add column areas bigint[] not null default array[null::bigint],
add column grids bigint[] not null default array[null::bigint];

-- What is made has its own; and only what is contained is shown, which a null never is.
alter table track_line alter column areas drop default, alter column grids drop default;

comment on column track_line.areas is
'Of all fixes of its worker by its device in its hour, not of its own alone: else they would join others.';

-- A row for each area and grid in which a device is in an hour. `geom` has two corners: the least and the greatest
-- longitude, latitude and time (M) of the fixes there.
create table track_part (
    device text collate "C" not null,
    hour_at timestamptz not null,
    worker_id bigint not null,
    area_id bigint,
    grid_id bigint,
    geom geometry (linestringm, 4490) not null
);

create index track_part_geom_idx on track_part using gist (geom gist_geometry_ops_nd);
create index track_part_device_hour_at_idx on track_part (device, hour_at);

comment on table track_part is
'Where in each area and grid a device has fixes in an hour. Kept by keep_track_lines.';

-- By place, so that who may know some of the fixes that were written is told of those.
alter table track_due
add column worker_id bigint,
add column area_id bigint,
add column grid_id bigint;

alter table track_part enable row level security;

create policy track_part_reach on track_part to gis_gov_app using (
    (select reach_everywhere('track'))
    or area_id in (select reach_areas('track'))
    or grid_id in (select reach_grids('track'))
    or worker_id = (select reach_own('track'))
);
alter policy track_due_reach on track_due using (
    (select reach_everywhere('track'))
    or area_id in (select reach_areas('track'))
    or grid_id in (select reach_grids('track'))
    or worker_id = (select reach_own('track'))
);
alter policy track_line_reach on track_line using (
    (select reach_everywhere('track'))
    or areas <@ (select array(select reach_areas('track')))
    or grids <@ (select array(select reach_grids('track')))
    or worker_id = (select reach_own('track'))
);
grant select on track_part to gis_gov_app;

-- Where devices are in some hours: what is known, and the fixes from each one's `since` on. A fix that is moved or
-- removed makes its hour due from the beginning on, so nothing is known of a place where none is any more.
create function track_parts(
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
        where p.worker_id is not null and p.time >= lowest and p.time < highest
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

-- As before, and the areas and grids with the lines.
create or replace function keep_track_lines(most integer) returns bigint
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    devices text[];
    hours timestamptz[];
    sinces timestamptz[];
    made track_line[];
    parts track_part[];
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
        array(select p from track_parts(devices, hours, sinces) as p)
    into made, parts;
    delete from track_part as t
    using unnest(devices, hours) as a (device, hour_at)
    where t.device = a.device and t.hour_at = a.hour_at;
    insert into track_part select * from unnest(parts);
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

-- As before, by place, and of what is moved to another one, too.
create or replace function note_tracks() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    if tg_op = 'TRUNCATE' then
        -- Not truncated: it may be one of the tables that the same statement truncates.
        delete from track_line;
        delete from track_part;
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
            where w.worker_id is not null
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
                        (o.device, o.time, o.worker_id, o.geom, o.area_id, o.grid_id),
                        (n.device, n.time, n.worker_id, n.geom, n.area_id, n.grid_id)
                    ) as s (device, time, worker_id, geom, area_id, grid_id)
                    where
                        (o.device, o.time, o.worker_id, o.geom::bytea, o.area_id, o.grid_id)
                        is distinct from
                        (n.device, n.time, n.worker_id, n.geom::bytea, n.area_id, n.grid_id)
                )$rows$
        end
    );
    return null;
end
$$;

-- All are made anew, the newest hours first; until then tiles are drawn from the fixes.
delete from track_line;
delete from track_due;
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
where p.worker_id is not null
group by p.device, track_hour(p.time), p.worker_id, p.area_id, p.grid_id;
