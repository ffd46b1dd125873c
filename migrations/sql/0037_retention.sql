-- Positions are not kept for ever. The server owns nothing, so what it drops, it drops by these functions, a day
-- at a time: such days alone as are long over.

create table dropped_day (
    day date not null constraint dropped_day_pkey primary key, -- noqa: RF04
    dropped_at timestamptz not null default now(),
    forgotten_at timestamptz
);

comment on table dropped_day is
'Days (UTC+8) whose positions were dropped: their patrols stay as they were computed.';
comment on column dropped_day.forgotten_at is
'When the lines, and what else is kept of positions, were gone, too.';

grant select on dropped_day to gis_gov_app;

-- The days with a partition that are older than a day, and were not loaded just since: what comes from a file of
-- former times is kept as long as what came at its own time.
create function droppable_days(before date) returns setof date
language plpgsql stable
as $$
declare
    latest constant timestamptz := before::timestamp at time zone 'Asia/Shanghai';
    part text;
    first_received timestamptz;
begin
    for part in
        select c.relname
        from pg_inherits as i
        inner join pg_class as c on i.inhrelid = c.oid
        where
            i.inhparent = 'position'::regclass
            and c.relname ~ '^position_[0-9]{8}$'
            and c.relname < 'position_' || to_char(before, 'YYYYMMDD')
        order by c.relname
    loop
        execute format('select min(p.received_at) from %I as p', part) into first_received;
        if coalesce(first_received < latest, true) then
            return next to_date(right(part, 8), 'YYYYMMDD');
        end if;
    end loop;
end
$$;

-- Drop the oldest day before another; return it, or nothing if there is none. It waits for nobody else who drops, and
-- for those who read and write only as long as they in turn may wait for it.
create function expire_positions(before date) returns date
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '500ms'
as $$
declare
    oldest date;
begin
    if before > local_today() - 7 then
        raise exception 'positions of the last 7 days are not dropped';
    end if;
    if not pg_try_advisory_xact_lock(7405013) then
        raise exception 'somebody else drops positions' using errcode = 'lock_not_available';
    end if;
    select min(d.day) into oldest from droppable_days(before) as d (day);
    if oldest is null then
        return null;
    end if;
    lock table position in access exclusive mode;
    execute format('drop table %I', 'position_' || to_char(oldest, 'YYYYMMDD'));
    insert into dropped_day as d (day) values (oldest)
    on conflict (day) do update set dropped_at = now(), forgotten_at = null;
    return oldest;
end
$$;

-- Forget what else is kept of the positions of a day that was dropped; return the day. Nobody waits for that.
create function forget_dropped_day() returns date
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
    delete from last_position as l where l.time >= begins and l.time < ends;
    delete from patrol_due as d where d.day = oldest;
    update dropped_day as d set forgotten_at = now() where d.day = oldest;
    return oldest;
end
$$;

revoke execute on function droppable_days(date), expire_positions(date), forget_dropped_day()
from public;
grant execute on function expire_positions(date), forget_dropped_day() to gis_gov_app;

-- As in 0034_patrol.sql; and it is known that the day was dropped.
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
    -- Made anew, they would be gone.
    delete from patrol_due as d where d.day = drop_positions_of.day;
    insert into dropped_day as d (day, forgotten_at) values (drop_positions_of.day, now())
    on conflict on constraint dropped_day_pkey do update
    set dropped_at = now(), forgotten_at = now();
    return is_there;
end
$$;
