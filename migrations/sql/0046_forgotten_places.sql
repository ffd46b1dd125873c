-- Where somebody crossed a fence, or alarmed, is told by no row for longer than his positions are; that he did,
-- when, and in which area and grid is.
alter table crossing alter column geom drop not null;
comment on column crossing.geom is 'Null as soon as the positions of its day are not kept any more.';
comment on column alarm.geom is
'Where the worker was as it was opened; null as soon as the positions of the day since when it was so are not kept.';

create index crossing_placed_at_idx on crossing (at) where geom is not null;
create index alarm_placed_since_idx on alarm (since) where geom is not null;

-- Takes the places of some crossings and alarms whose days were dropped; returns of how many. That is no news, and
-- nobody is told of it.
create function forget_places(most integer) returns bigint
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    number bigint;
    total bigint;
begin
    -- As for values sealed anew, the log of changes has nothing of it.
    perform set_config('gis_gov.resealing', 'on', true);
    update crossing as c set geom = null
    where c.id in (
        select o.id
        from dropped_day as d
        inner join crossing as o
            on
                o.at >= d.day::timestamp at time zone 'Asia/Shanghai'
                and o.at < (d.day + 1)::timestamp at time zone 'Asia/Shanghai'
        where o.geom is not null
        limit most
        for update of o skip locked
    );
    get diagnostics total = row_count;
    update alarm as a set geom = null
    where a.id in (
        select o.id
        from dropped_day as d
        inner join alarm as o
            on
                o.since >= d.day::timestamp at time zone 'Asia/Shanghai'
                and o.since < (d.day + 1)::timestamp at time zone 'Asia/Shanghai'
        where o.geom is not null
        limit most
        for update of o skip locked
    );
    get diagnostics number = row_count;
    perform set_config('gis_gov.resealing', 'off', true);
    return total + number;
end
$$;

revoke execute on function forget_places(integer) from public;
grant execute on function forget_places(integer) to gis_gov_app;
