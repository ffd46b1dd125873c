-- Where a worker came to stand, and when, fix by fix in the order of time.
create type standing as (at geometry, since timestamptz);

-- In PL/pgSQL, which keeps its plan: an aggregate would start the executor for each fix of an SQL function.
create function stand_on(was standing, now geometry, at timestamptz) returns standing
language plpgsql immutable parallel safe
as $$
begin
    if stands_still((was).at, now) then
        return was;
    end if;
    return row(now, at)::standing;
end
$$;

create aggregate standing_of(geometry, timestamptz) ( -- noqa: LT01
    sfunc = stand_on, stype = standing, parallel = safe
);

-- As in 0037_standing.sql, of all fixes of the statement, as if each had come alone; of devices at one moment the lowest
-- counts, whichever comes first.
create or replace function keep_last_position() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    -- What another one writes meanwhile is read below, in a statement of its own.
    perform from last_position as l
    where l.worker_id in (
        select n.worker_id from new_rows as n where n.rejected_for is null
    )
    order by l.worker_id
    for update;

    insert into last_position as l (
        worker_id, device, time, geom, accuracy_m, speed_mps, bearing_deg, grid_id, area_id,
        still_since, still_at
    )
    with fresh as (
        select distinct on (n.worker_id, n.time)
            n.worker_id, n.device, n.time, n.geom, n.accuracy_m, n.speed_mps, n.bearing_deg,
            n.grid_id, n.area_id, o.still_since, o.still_at
        from new_rows as n
        left join last_position as o on n.worker_id = o.worker_id
        where
            n.worker_id is not null
            and n.rejected_for is null
            and (
                o.worker_id is null
                or n.time > o.time
                or (n.time = o.time and n.device < o.device)
            )
        order by n.worker_id, n.time, n.device
    ), way as (
        select f.worker_id, f.time, f.geom from fresh as f
        union all
        select f.worker_id, min(f.still_since), f.still_at
        from fresh as f
        where f.still_at is not null
        group by f.worker_id, f.still_at
        -- What was known since that very moment is what the fix replaces.
        having min(f.time) > min(f.still_since)
    -- Not for each fix anew.
    ), stood as materialized (
        select w.worker_id, standing_of(w.geom, w.time order by w.time) as place
        from way as w
        group by w.worker_id
    )
    select distinct on (f.worker_id)
        f.worker_id, f.device, f.time, f.geom, f.accuracy_m, f.speed_mps, f.bearing_deg,
        f.grid_id, f.area_id, (s.place).since, (s.place).at
    from fresh as f
    inner join stood as s on f.worker_id = s.worker_id
    order by f.worker_id asc, f.time desc
    on conflict (worker_id) do update
    set
        device = excluded.device,
        time = excluded.time,
        geom = excluded.geom,
        accuracy_m = excluded.accuracy_m,
        speed_mps = excluded.speed_mps,
        bearing_deg = excluded.bearing_deg,
        grid_id = excluded.grid_id,
        area_id = excluded.area_id,
        still_since = excluded.still_since,
        still_at = excluded.still_at
    where
        excluded.time > l.time
        or (excluded.time = l.time and excluded.device < l.device);
    return null;
end
$$;
