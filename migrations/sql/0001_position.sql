-- Positions: a partition a day (UTC+8), and each worker's last one.

create table position_default partition of position default;

-- Make the partitions of the days, where they are missing. Rows that strayed into the default
-- partition move to their own.
create function position_days(days date[]) returns void
language plpgsql
as $$
declare
    day date;
    part text;
    since timestamptz;
    until timestamptz;
begin
    for day in select distinct d.day from unnest(days) as d (day) order by 1 loop
        part := 'position_' || to_char(day, 'YYYYMMDD');
        if to_regclass(part) is not null then
            continue;
        end if;
        perform pg_advisory_xact_lock(7405003);
        if to_regclass(part) is not null then
            continue;
        end if;
        since := day::timestamp at time zone 'Asia/Shanghai';
        until := (day + 1)::timestamp at time zone 'Asia/Shanghai';
        execute format(
            'create table %I (like position including defaults including constraints)', part
        );
        execute format(
            'with strayed as (delete from position_default where time >= %L and time < %L returning *)'
            ' insert into %I select * from strayed', since, until, part
        );
        execute format(
            'alter table position attach partition %I for values from (%L) to (%L)',
            part, since, until
        );
    end loop;
end
$$;

create function keep_last_position() returns trigger
language plpgsql
as $$
begin
    insert into last_position as l (
        worker_id, device, time, geom, accuracy_m, speed_mps, bearing_deg, grid_id, area_id
    )
    select distinct on (n.worker_id)
        n.worker_id, n.device, n.time, n.geom, n.accuracy_m, n.speed_mps, n.bearing_deg,
        n.grid_id, n.area_id
    from new_rows as n
    where n.worker_id is not null
    order by n.worker_id asc, n.time desc, n.device asc
    on conflict (worker_id) do update
    set
        device = excluded.device,
        time = excluded.time,
        geom = excluded.geom,
        accuracy_m = excluded.accuracy_m,
        speed_mps = excluded.speed_mps,
        bearing_deg = excluded.bearing_deg,
        grid_id = excluded.grid_id,
        area_id = excluded.area_id
    where excluded.time > l.time;
    return null;
end
$$;

create trigger position_last after insert on position
referencing new table as new_rows
for each statement execute function keep_last_position();

-- A corrected position may be, or have been, its worker's last. A deleted one stays the last:
-- old days are dropped, and the worker's last place is still to be told.
create function correct_last_position() returns trigger
language plpgsql
as $$
declare
    corrected bigint[];
begin
    -- Planned at each call, as in 0001_place.sql.
    execute $query$
        select coalesce(array_agg(distinct s.worker_id), '{}')
        from old_rows as o
        inner join new_rows as n on o.id = n.id
        cross join lateral (values (o.worker_id), (n.worker_id)) as s (worker_id)
        where
            s.worker_id is not null
            and (o.worker_id, o.device, o.time, o.geom, o.accuracy_m, o.speed_mps, o.bearing_deg)
            is distinct from
            (n.worker_id, n.device, n.time, n.geom, n.accuracy_m, n.speed_mps, n.bearing_deg)
    $query$ into corrected;
    if cardinality(corrected) = 0 then
        return null;
    end if;

    delete from last_position as l
    where
        l.worker_id = any(corrected)
        and not exists (select 1 from position as p where p.worker_id = l.worker_id);

    insert into last_position as l (
        worker_id, device, time, geom, accuracy_m, speed_mps, bearing_deg, grid_id, area_id
    )
    select
        p.worker_id, p.device, p.time, p.geom, p.accuracy_m, p.speed_mps, p.bearing_deg,
        w.grid_id, w.area_id
    from unnest(corrected) as c (worker_id)
    cross join lateral (
        select * from position as p
        where p.worker_id = c.worker_id
        order by p.time desc, p.device asc
        limit 1
    ) as p
    cross join lateral place_of(p.geom) as w
    order by p.worker_id
    on conflict (worker_id) do update
    set
        device = excluded.device,
        time = excluded.time,
        geom = excluded.geom,
        accuracy_m = excluded.accuracy_m,
        speed_mps = excluded.speed_mps,
        bearing_deg = excluded.bearing_deg,
        grid_id = excluded.grid_id,
        area_id = excluded.area_id;
    return null;
end
$$;

create trigger position_corrected after update on position
referencing old table as old_rows new table as new_rows
for each statement execute function correct_last_position();
