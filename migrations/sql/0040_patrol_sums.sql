-- What sums of patrols are made of, without a look at any fix.

alter table patrol_grid add column valid_mileage_m double precision not null default 0;

comment on column patrol_grid.valid_mileage_m is
'Its part of the valid mileage of the patrol; what was gone outside all grids is in none.';

-- What a report adds up is in the index: a year of rows with their lines and stays would be too much to read.
drop index patrol_begins_at_idx;
create index patrol_begins_at_idx on patrol (begins_at) include (
    id, worker_id, area_id, day, kind, mileage_m, valid_mileage_m, duration_s, stay_s, gap_s, fixes,
    rejected, own_grid_share
);

-- No foreign key to events: they are removed and truncated without asking who found them.
create table patrol_event (
    patrol_id bigint not null
    constraint patrol_event_patrol_id_fkey references patrol (id) on delete cascade,
    event_id bigint not null,
    distance_m double precision not null,
    constraint patrol_event_pkey primary key (patrol_id, event_id)
);

create index patrol_event_event_id_idx on patrol_event (event_id);

comment on table patrol_event is 'The events that were reported where and when a worker went.';
comment on column patrol_event.distance_m is 'How near he was, within minutes of the report.';

alter table patrol_event enable row level security;
create policy patrol_event_reach on patrol_event to gis_gov_app using (
    (select reach_everywhere('track')) or patrol_id in (select p.id from patrol as p)
);
create policy patrol_event_insert on patrol_event as restrictive for insert to gis_gov_app
with check ((select reach_everywhere('track_write')));
create policy patrol_event_delete on patrol_event as restrictive for delete to gis_gov_app
using ((select reach_everywhere('track_write')));
grant select, insert, update, delete on patrol_event to gis_gov_app;

-- An event that is entered later, or moved, is found by those who went by: their days are made anew.
create function note_found() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    insert into patrol_due (worker_id, day)
    select distinct
        p.worker_id,
        p.day
    from patrol as p
    where
        p.id in (select f.patrol_id from patrol_event as f where f.event_id = new.id)
        or (
            p.begins_at between new.reported_at - interval '1 day 10 min'
            and new.reported_at + interval '10 min'
            and p.ends_at >= new.reported_at - interval '10 min'
            and p.geom && st_expand(new.geom, 0.001)
        );
    return null;
end
$$;

revoke execute on function note_found() from public;

-- What is loaded of the past was found long ago.
create trigger event_found_insert after insert on event
for each row when (new.geom is not null and new.reported_at > now() - interval '7 days')
execute function note_found();
create trigger event_found_update after update of geom, reported_at on event
for each row when (
    new.reported_at > now() - interval '7 days'
    and (old.geom::bytea, old.reported_at) is distinct from (new.geom::bytea, new.reported_at)
)
execute function note_found();
