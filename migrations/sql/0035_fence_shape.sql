-- A fence of a grid or an area has its shape, as long as it is there. Where it lies decides on who may know of it.
create function shape_fence() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    today constant date := (now() at time zone 'Asia/Shanghai')::date;
begin
    new.area_id := null;
    new.grid_id := null;
    if new.of_grid_id is not null then
        select g.geom, g.area_id, g.id into new.geom, new.area_id, new.grid_id
        from grid as g
        where g.id = new.of_grid_id and (g.valid_to is null or g.valid_to > today);
        if not found then
            new.geom := null;
            select g.area_id, g.id into new.area_id, new.grid_id
            from grid as g where g.id = new.of_grid_id;
        end if;
    elsif new.of_area_id is not null then
        new.area_id := new.of_area_id;
        new.geom := (
            select a.geom from area as a
            where a.id = new.of_area_id and (a.valid_to is null or a.valid_to > today)
        );
    elsif new.geom is not null and st_isvalid(new.geom) then
        new.area_id := (
            select a.id
            from area as a
            where
                a.geom && new.geom and st_covers(a.geom, new.geom)
                and (a.valid_to is null or a.valid_to > today)
            order by a.level_rank desc, a.id asc
            limit 1
        );
    end if;
    return new;
end
$$;

create trigger fence_shape before insert or update on fence
for each row execute function shape_fence();

-- Each change ends what was, at this moment, and begins what is. Of a new fence a week of fixes can be looked at
-- afterwards; of a changed one those of this hour, from now on.
create function keep_fence_versions() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    moment timestamptz;
    begins timestamptz;
    -- A fix may be right to 1 km, and still says something of the fence.
    margin_deg constant double precision := 0.025;
begin
    if tg_op = 'UPDATE' and (
        old.geom::bytea, old.width_m, old.tells, old.dwell_s, old.hysteresis_m, old.windows,
        old.valid_from, old.valid_to, old.for_area_id, old.for_workers, old.is_active,
        old.retired_at, old.area_id, old.grid_id
    ) is not distinct from (
        new.geom::bytea, new.width_m, new.tells, new.dwell_s, new.hysteresis_m, new.windows,
        new.valid_from, new.valid_to, new.for_area_id, new.for_workers, new.is_active,
        new.retired_at, new.area_id, new.grid_id
    ) then
        return null;
    end if;
    perform pg_advisory_xact_lock(7405010);
    perform nextval('fence_number');
    moment := clock_timestamp();
    begins := moment;
    update fence_version as v set ends_at = moment where v.fence_id = new.id and v.ends_at is null;
    if new.is_active and new.retired_at is null and new.geom is not null then
        if tg_op = 'INSERT' and new.valid_from < moment then
            begins := greatest(new.valid_from, moment - interval '7 days');
        end if;
        insert into fence_version (
            fence_id, begins_at, geom, width_m, tells, dwell_s, hysteresis_m, windows,
            valid_from, valid_to, for_area_id, for_workers, area_id, grid_id
        ) values (
            new.id, begins, new.geom, new.width_m, new.tells, new.dwell_s, new.hysteresis_m,
            new.windows, new.valid_from, new.valid_to, new.for_area_id, new.for_workers,
            new.area_id, new.grid_id
        );
    end if;
    if begins < moment then
        insert into crossing_due (worker_id, hour_at, since)
        select distinct
            p.worker_id,
            track_hour(p.time) as hour_at,
            track_hour(p.time) as since
        from position as p
        where p.worker_id is not null and p.time >= track_hour(begins);
    else
        insert into crossing_due (worker_id, hour_at, since)
        select distinct
            p.worker_id,
            track_hour(p.time) as hour_at,
            track_hour(p.time) as since
        from position as p
        where
            p.worker_id is not null and p.time >= track_hour(begins)
            and p.geom && st_expand(
                st_collect(new.geom, case tg_op when 'UPDATE' then old.geom end), margin_deg
            );
    end if;
    return null;
end
$$;

create trigger fence_versions after insert or update on fence
for each row execute function keep_fence_versions();

-- A fence follows its grid or area, whoever redraws or retires that.
create function follow_boundary() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    if tg_table_name = 'grid' then
        update fence as f set updated_at = now()
        where f.of_grid_id = new.id and f.retired_at is null;
    else
        update fence as f set updated_at = now()
        where f.of_area_id = new.id and f.retired_at is null;
    end if;
    return null;
end
$$;

create trigger grid_fence after update on grid
for each row when (
    old.geom::bytea is distinct from new.geom::bytea
    or old.valid_to is distinct from new.valid_to
    or old.area_id is distinct from new.area_id
) execute function follow_boundary();
create trigger area_fence after update on area
for each row when (
    old.geom::bytea is distinct from new.geom::bytea
    or old.valid_to is distinct from new.valid_to
) execute function follow_boundary();

revoke execute on function shape_fence(), keep_fence_versions(), follow_boundary() from public;
