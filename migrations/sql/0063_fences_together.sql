-- As in 0035_fence_shape.sql, but once a statement, not once a fence: of thousands that are loaded together each would
-- look for fixes, and note the same workers and hours as due once more.
drop trigger fence_versions on fence;

create or replace function keep_fence_versions() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    changed bigint[];
    around box2d;
    moment timestamptz;
    earliest timestamptz;
    -- A fix may be right to 1 km, and still says something of the fence.
    margin_deg constant double precision := 0.025;
begin
    if tg_op = 'INSERT' then
        select array_agg(n.id), st_extent(n.geom) into changed, around from new_fence as n;
    else
        select array_agg(n.id), st_extent(st_collect(n.geom, o.geom)) into changed, around
        from new_fence as n
        inner join old_fence as o on n.id = o.id
        where (
            o.geom::bytea, o.width_m, o.tells, o.dwell_s, o.hysteresis_m, o.windows,
            o.valid_from, o.valid_to, o.for_area_id, o.for_workers, o.is_active,
            o.retired_at, o.area_id, o.grid_id
        ) is distinct from (
            n.geom::bytea, n.width_m, n.tells, n.dwell_s, n.hysteresis_m, n.windows,
            n.valid_from, n.valid_to, n.for_area_id, n.for_workers, n.is_active,
            n.retired_at, n.area_id, n.grid_id
        );
    end if;
    if changed is null then
        return null;
    end if;
    perform pg_advisory_xact_lock(7405010);
    perform nextval('fence_number');
    moment := clock_timestamp();
    update fence_version as v set ends_at = moment
    where v.fence_id = any(changed) and v.ends_at is null;
    with begun as (
        insert into fence_version (
            fence_id, begins_at, geom, width_m, tells, dwell_s, hysteresis_m, windows,
            valid_from, valid_to, for_area_id, for_workers, area_id, grid_id
        )
        select
            n.id,
            case
                when tg_op = 'INSERT' and n.valid_from < moment
                    then greatest(n.valid_from, moment - interval '7 days')
                else moment
            end,
            n.geom, n.width_m, n.tells, n.dwell_s, n.hysteresis_m, n.windows,
            n.valid_from, n.valid_to, n.for_area_id, n.for_workers, n.area_id, n.grid_id
        from new_fence as n
        where
            n.id = any(changed) and n.is_active and n.retired_at is null and n.geom is not null
        order by n.id
        returning begins_at
    )

    select min(b.begins_at) into earliest from begun as b;
    if earliest < moment then
        insert into crossing_due (worker_id, hour_at, since)
        select distinct
            p.worker_id,
            track_hour(p.time) as hour_at,
            track_hour(p.time) as since
        from position as p
        where p.worker_id is not null and p.time >= track_hour(earliest);
    else
        insert into crossing_due (worker_id, hour_at, since)
        select distinct
            p.worker_id,
            track_hour(p.time) as hour_at,
            track_hour(p.time) as since
        from position as p
        where
            p.worker_id is not null and p.time >= track_hour(moment)
            and p.geom && st_expand(st_setsrid(around::geometry, 4490), margin_deg);
    end if;
    return null;
end
$$;

create trigger fence_versions_begin after insert on fence
referencing new table as new_fence
for each statement execute function keep_fence_versions();
create trigger fence_versions_change after update on fence
referencing old table as old_fence new table as new_fence
for each statement execute function keep_fence_versions();
