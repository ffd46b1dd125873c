-- Derived columns of areas and grids, and the times of writing.

-- `/1/17/230/`: the ids from the root down, so that a subtree is one range of a B-tree.
create function area_path() returns trigger
language plpgsql
as $$
declare
    above record;
begin
    select a.path, a.level_rank into above from area as a where a.id = new.parent_id;
    if new.parent_id is not null and above.path is null then
        raise foreign_key_violation using
            constraint = 'area_parent_id_fkey', message = 'the parent area does not exist';
    end if;
    if above.path like '%/' || new.id || '/%' then
        raise check_violation using
            constraint = 'area_parent_not_below', message = 'an area cannot lie in itself';
    end if;
    if
        above.level_rank
        >= array_position(array['province', 'city', 'district', 'street', 'community'], new.level)
    then
        raise check_violation using
            constraint = 'area_parent_level', message = 'the parent must be of a higher level';
    end if;
    if exists (
        select 1 from area as a
        where
            a.parent_id = new.id
            and a.level_rank
            <= array_position(array['province', 'city', 'district', 'street', 'community'], new.level)
    ) then
        raise check_violation using
            constraint = 'area_parent_level', message = 'a child must be of a lower level';
    end if;
    new.path := coalesce(above.path, '/') || new.id || '/';
    return new;
end
$$;

create function area_path_below() returns trigger
language plpgsql
as $$
begin
    if not exists (select 1 from area where parent_id = new.id) then
        return null; -- a statement a leaf, with its statement triggers, is dear when many move
    end if;
    update area
    set path = new.path || substr(path, length(old.path) + 1)
    where path > old.path and path < old.path || 'Z';
    return null;
end
$$;

create trigger area_path before insert or update of parent_id, level on area
for each row execute function area_path();
create trigger area_path_below after update of parent_id on area
for each row when (old.path is distinct from new.path)
execute function area_path_below();

create function grid_measure() returns trigger
language plpgsql
as $$
begin
    new.area_m2 := st_area(new.geom::geography);
    return new;
end
$$;

create trigger grid_measure before insert or update of geom, area_m2 on grid
for each row execute function grid_measure();

create function touch_updated_at() returns trigger
language plpgsql
as $$
begin
    new.updated_at := now();
    return new;
end
$$;

create trigger area_touch before update on area
for each row execute function touch_updated_at();
create trigger grid_touch before update on grid
for each row execute function touch_updated_at();
create trigger address_touch before update on address
for each row execute function touch_updated_at();
create trigger house_touch before update on house
for each row execute function touch_updated_at();
create trigger person_touch before update on person
for each row execute function touch_updated_at();
create trigger enterprise_touch before update on enterprise
for each row execute function touch_updated_at();
create trigger resource_touch before update on resource
for each row execute function touch_updated_at();
create trigger worker_touch before update on worker
for each row execute function touch_updated_at();
create trigger event_touch before update on event
for each row execute function touch_updated_at();
