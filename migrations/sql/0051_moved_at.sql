-- Of which places and times what is told of positions changed, for the versions of tiles: on the channel
-- `moved_at`, with the transaction. Nothing is written for that, so nobody who tells positions waits for
-- another one. `at` and squares of a hundredth of a degree, by their south-western corners in hundredths,
-- are where workers were or are last; `by` tells of ways, by hour since 1970, device and the squares between two;
-- `in` of hours of which any way may have changed. Without any it is anywhere, or at any time.

create function announce_places(places text, kind text) returns void
language sql
as $$
    select pg_notify('moved_at', case when octet_length(places) < 7900 then kind || ' ' || places else kind end)
    where places is not null
$$;

-- As in 0034_taking_in.sql, and where the workers were and are.
create or replace function announce_moved() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    moved text;
    places text;
begin
    if tg_op = 'TRUNCATE' then
        perform pg_notify('moved', '');
        perform pg_notify('moved_at', 'at');
        return null;
    end if;
    execute format(
        $query$select string_agg(w.worker_id::text, ',') from %I as w$query$,
        case tg_op when 'DELETE' then 'old_rows' else 'new_rows' end
    ) into moved;
    if moved is not null then
        perform pg_notify('moved', case when octet_length(moved) < 7900 then moved else '' end);
    end if;
    execute format(
        $query$
            select string_agg(d.lon || ':' || d.lat, ',')
            from (
                select distinct
                    floor(st_x(w.geom) * 100)::integer as lon,
                    floor(st_y(w.geom) * 100)::integer as lat
                from (%s) as w
            ) as d
        $query$,
        case tg_op
            when 'INSERT' then 'select geom from new_rows'
            when 'DELETE' then 'select geom from old_rows'
            else 'select geom from old_rows union all select geom from new_rows'
        end
    ) into places;
    perform announce_places(places, 'at');
    return null;
end
$$;

-- What is due, and what was and is made, are the ways that changed (see note_tracks and keep_track_lines): by hour and
-- device, with the squares in which it was; of more at once than the keeper of lines takes, or than come while not many
-- come, the hours alone.
create function announce_ways() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    most constant integer := case tg_op when 'DELETE' then 500 else 100 end;
    hours text;
    ways text[];
begin
    if (select count(*) > most from written) then
        select string_agg(distinct (extract(epoch from w.hour_at) / 3600)::bigint::text, ',') into hours
        from written as w;
        perform announce_places(hours, 'in');
        return null;
    end if;
    select
        array_agg(
            concat_ws(
                ':',
                (extract(epoch from w.hour_at) / 3600)::bigint,
                to_hex(hashtext(w.device)),
                floor(st_xmin(w.geom) * 100)::integer,
                floor(st_ymin(w.geom) * 100)::integer,
                floor(st_xmax(w.geom) * 100)::integer,
                floor(st_ymax(w.geom) * 100)::integer
            )
        )
    into ways
    from written as w;
    -- An announcement has room for 8,000 bytes.
    for part in 1 .. coalesce(cardinality(ways), 0) by 100 loop
        perform pg_notify('moved_at', 'by ' || array_to_string(ways[part:part + 99], ','));
    end loop;
    return null;
end
$$;

create trigger track_due_insert after insert on track_due
referencing new table as written
for each statement execute function announce_ways();
create trigger track_due_delete after delete on track_due
referencing old table as written
for each statement execute function announce_ways();

-- Whom it is about does not tell where he is by the time it is committed: that may be anywhere.
create function announce_moved_anywhere() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    perform pg_notify('moved_at', tg_argv[0]);
    return null;
end
$$;

create trigger off_shift_anywhere after insert or delete or truncate on off_shift
for each statement execute function announce_moved_anywhere('at');
create trigger position_ways_truncate after truncate on position
for each statement execute function announce_moved_anywhere('in');
-- The partition of a day goes without a trigger of its own.
create trigger dropped_day_ways after insert or update on dropped_day
for each statement execute function announce_moved_anywhere('in');

revoke execute on function announce_places(text, text) from public;
revoke execute on function announce_moved() from public;
revoke execute on function announce_ways() from public;
revoke execute on function announce_moved_anywhere() from public;
