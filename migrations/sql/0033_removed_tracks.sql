-- As before, and of the pieces by area.
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

-- As before, and the pieces by area.
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
    return is_there;
end
$$;
