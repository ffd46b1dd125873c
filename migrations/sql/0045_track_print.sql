-- What is kept of tracks to know them again when they are told of another time.
create table track_print (
    worker_id bigint not null
    constraint track_print_worker_id_fkey references worker (id) on delete cascade,
    day date not null, -- noqa: RF04
    print bigint not null, -- noqa: RF04
    at timestamptz not null, -- noqa: RF04
    constraint track_print_pkey primary key (worker_id, day, print)
);

comment on table track_print is
'Hashes of some places in a row of a worker''s day (UTC+8); kept as long as its positions.';

create index track_print_print_idx on track_print (print);
create index track_print_day_idx on track_print (day);

alter table track_print enable row level security;
create policy track_print_reach on track_print to gis_gov_app using (
    (select reach_everywhere('track_write'))
);
grant select, insert, update, delete on track_print to gis_gov_app;

create function forget_track_prints() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    -- Not truncated: it may be one of the tables that the same statement truncates.
    delete from track_print;
    return null;
end
$$;

create trigger position_print_truncate after truncate on position
for each statement execute function forget_track_prints();

revoke execute on function forget_track_prints() from public;

-- As in 0042_forgetting.sql, and by what tracks are known again.
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
    delete from track_print as t where t.day = oldest;
    delete from fence_state as f where f.hour_at >= begins and f.hour_at < ends;
    delete from crossing_due as d where d.hour_at >= begins and d.hour_at < ends;
    delete from forward_due as d where d.time >= begins and d.time < ends;
    delete from last_position as l where l.time >= begins and l.time < ends;
    delete from patrol_due as d where d.day = oldest;
    update dropped_day as d set forgotten_at = now() where d.day = oldest;
    return oldest;
end
$$;

-- Days whose fixes are there are compared with each other.
insert into patrol_due (worker_id, day)
select distinct
    p.worker_id,
    p.day
from patrol as p
where exists (
    select from position as f
    where
        f.worker_id = p.worker_id
        and f.time >= p.day::timestamp at time zone 'Asia/Shanghai'
        and f.time < (p.day + 1)::timestamp at time zone 'Asia/Shanghai'
);
