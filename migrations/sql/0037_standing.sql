-- Since when each worker is where he was last: within 50 m of where he came to stand.

alter table last_position
add column still_since timestamptz,
add column still_at geometry (point, 4490);

comment on column last_position.still_since is
'Since when the worker has not gone more than 50 m away from still_at.';

-- As far as that goes the earth is flat, as in 0029_track_lines.sql.
create function stands_still(was geometry, now geometry) returns boolean
language sql immutable parallel safe
as $$
    select
        coalesce(
            (st_y(now) - st_y(was)) ^ 2
            + ((st_x(now) - st_x(was)) * cos(radians(st_y(now)))) ^ 2
            <= (50 / 111195.0) ^ 2,
            false
        )
$$;

-- As in 0034_taking_in.sql, and since when he stands.
create or replace function keep_last_position() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    insert into last_position as l (
        worker_id, device, time, geom, accuracy_m, speed_mps, bearing_deg, grid_id, area_id,
        still_since, still_at
    )
    select distinct on (n.worker_id)
        n.worker_id, n.device, n.time, n.geom, n.accuracy_m, n.speed_mps, n.bearing_deg,
        n.grid_id, n.area_id, n.time, n.geom
    from new_rows as n
    where n.worker_id is not null and n.rejected_for is null
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
        area_id = excluded.area_id,
        still_since = case
            when stands_still(l.still_at, excluded.geom) then l.still_since
            else excluded.time
        end,
        still_at = case
            when stands_still(l.still_at, excluded.geom) then l.still_at
            else excluded.geom
        end
    where excluded.time > l.time;
    return null;
end
$$;

create or replace function correct_last_position() returns trigger
language plpgsql security definer set search_path = public, pg_temp
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
            and (
                o.worker_id, o.device, o.time, o.geom, o.accuracy_m, o.speed_mps, o.bearing_deg,
                o.rejected_for
            )
            is distinct from
            (
                n.worker_id, n.device, n.time, n.geom, n.accuracy_m, n.speed_mps, n.bearing_deg,
                n.rejected_for
            )
    $query$ into corrected;
    if cardinality(corrected) = 0 then
        return null;
    end if;

    delete from last_position as l
    where
        l.worker_id = any(corrected)
        and not exists (
            select 1 from position as p
            where p.worker_id = l.worker_id and p.rejected_for is null
        );

    insert into last_position as l (
        worker_id, device, time, geom, accuracy_m, speed_mps, bearing_deg, grid_id, area_id,
        still_since, still_at
    )
    select
        p.worker_id, p.device, p.time, p.geom, p.accuracy_m, p.speed_mps, p.bearing_deg,
        w.grid_id, w.area_id, p.time, p.geom
    from unnest(corrected) as c (worker_id)
    cross join lateral (
        select * from position as p
        where p.worker_id = c.worker_id and p.rejected_for is null
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
        area_id = excluded.area_id,
        still_since = case
            when stands_still(l.still_at, excluded.geom)
            then least(l.still_since, excluded.time)
            else excluded.time
        end,
        still_at = case
            when stands_still(l.still_at, excluded.geom) then l.still_at
            else excluded.geom
        end;
    return null;
end
$$;
