-- What was built beside the dropping of positions is dropped with them, or with the patrols.

-- As in 0037_retention.sql, and what is known of fences and waits to be forwarded. That strayed fixes go says of no
-- crossing that it was not so.
create or replace function forget_dropped_day() returns date
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    oldest date;
    begins timestamptz;
    ends timestamptz;
begin
    select d.day into oldest
    from dropped_day as d
    where d.forgotten_at is null
    order by d.day
    limit 1
    for update skip locked;
    if oldest is null then
        return null;
    end if;
    begins := oldest::timestamp at time zone 'Asia/Shanghai';
    ends := (oldest + 1)::timestamp at time zone 'Asia/Shanghai';
    -- Those that strayed; what is noted of them goes with the rest.
    delete from position as p where p.time >= begins and p.time < ends;
    delete from track_line as l where l.hour_at >= begins and l.hour_at < ends;
    delete from track_part as t where t.hour_at >= begins and t.hour_at < ends;
    delete from track_area as a where a.hour_at >= begins and a.hour_at < ends;
    delete from track_due as d where d.hour_at >= begins and d.hour_at < ends;
    delete from fence_state as f where f.hour_at >= begins and f.hour_at < ends;
    delete from crossing_due as d where d.hour_at >= begins and d.hour_at < ends;
    delete from forward_due as d where d.time >= begins and d.time < ends;
    delete from last_position as l where l.time >= begins and l.time < ends;
    delete from patrol_due as d where d.day = oldest;
    update dropped_day as d set forgotten_at = now() where d.day = oldest;
    return oldest;
end
$$;

-- As in 0037_retention.sql, and the same.
create or replace function drop_positions_of(day date) returns boolean
language plpgsql
as $$
declare
    part constant text := 'position_' || to_char(day, 'YYYYMMDD');
    begins constant timestamptz := day::timestamp at time zone 'Asia/Shanghai';
    ends constant timestamptz := (day + 1)::timestamp at time zone 'Asia/Shanghai';
    is_there boolean;
begin
    -- Waits for who writes, and for who keeps lines, of any day.
    lock table position in access exclusive mode;
    is_there := to_regclass(part) is not null;
    if is_there then
        execute format('drop table %I', part);
    end if;
    -- Those that strayed.
    delete from position as p where p.time >= begins and p.time < ends;
    delete from track_line as l where l.hour_at >= begins and l.hour_at < ends;
    delete from track_part as t where t.hour_at >= begins and t.hour_at < ends;
    delete from track_area as a where a.hour_at >= begins and a.hour_at < ends;
    delete from track_due as d where d.hour_at >= begins and d.hour_at < ends;
    delete from fence_state as f where f.hour_at >= begins and f.hour_at < ends;
    delete from crossing_due as d where d.hour_at >= begins and d.hour_at < ends;
    delete from forward_due as d where d.time >= begins and d.time < ends;
    -- Made anew, they would be gone.
    delete from patrol_due as d where d.day = drop_positions_of.day;
    -- What is left of it, the last positions, the server forgets.
    insert into dropped_day as d (day) values (drop_positions_of.day)
    on conflict on constraint dropped_day_pkey do update
    set dropped_at = now(), forgotten_at = null;
    return is_there;
end
$$;

-- Delete what is kept as long as patrols are, of before a moment and at most so many rows of each; return of how many
-- it was. Tasks go that begin before: what is left has all of its patrols.
create function forget_before(latest timestamptz, most integer) returns bigint
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    number bigint;
    total bigint := 0;
begin
    if latest > now() - interval '7 days' then
        raise exception 'what is of the last 7 days is not forgotten';
    end if;
    delete from patrol_task as t
    where t.id in (
        select o.id from patrol_task as o where o.begins_at < latest order by o.begins_at limit most
    );
    get diagnostics number = row_count;
    total := total + number;
    delete from crossing as c
    where c.id in (select o.id from crossing as o where o.at < latest order by o.at limit most);
    get diagnostics number = row_count;
    total := total + number;
    delete from alarm as a
    where a.id in (select o.id from alarm as o where o.last_at < latest limit most);
    get diagnostics number = row_count;
    total := total + number;
    delete from walked_day as w
    where (w.worker_id, w.day) in (
        select o.worker_id, o.day from walked_day as o where o.day < local_day(latest) limit most
    );
    get diagnostics number = row_count;
    return total + number;
end
$$;

revoke execute on function forget_before(timestamptz, integer) from public;
grant execute on function forget_before(timestamptz, integer) to gis_gov_app;
