-- Drop the positions of a day (UTC+8) and what is kept of them; return whether the day had a partition.
-- Each worker's last position stays, as when rows are deleted.
create function drop_positions_of(day date) returns boolean
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
    delete from track_due as d where d.hour_at >= begins and d.hour_at < ends;
    return is_there;
end
$$;

revoke execute on function drop_positions_of(date) from public;
