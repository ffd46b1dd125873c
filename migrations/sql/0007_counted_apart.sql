-- Rooms, retired addresses and cameras that know faces are counted apart: whoever is told of the others
-- is not told of them. An address whose level nobody told may be a room.

drop trigger address_tally_insert on address;
drop trigger address_tally_delete on address;
drop trigger address_tally_update on address;
drop trigger address_tally_truncate on address;
drop trigger resource_tally_insert on resource;
drop trigger resource_tally_delete on resource;
drop trigger resource_tally_update on resource;
drop trigger resource_tally_truncate on resource;

do $$
declare
    kind_of_address constant text :=
        'case when r.valid_to is not null then ''retired_addresses'''
        ' when coalesce(r.level, 60) >= 60 then ''room_addresses'' else ''public_addresses'' end';
    kind_of_resource constant text :=
        'case when r.kind <> ''camera'' then r.kind || ''s'''
        ' when coalesce(r.class in (''face'', ''人脸''), false) then ''face_cameras'''
        ' else ''plain_cameras'' end';
    counted record;
begin
    for counted in
        select *
        from (values ('address', kind_of_address), ('resource', kind_of_resource))
            as c (name, kind)
    loop
        execute format(
            'create trigger %1$s_tally_insert after insert on %1$I'
            ' referencing new table as new_rows'
            ' for each statement execute function tally_own(%2$L)',
            counted.name, counted.kind
        );
        execute format(
            'create trigger %1$s_tally_delete after delete on %1$I'
            ' referencing old table as old_rows'
            ' for each statement execute function tally_own(%2$L)',
            counted.name, counted.kind
        );
        execute format(
            'create trigger %1$s_tally_update after update on %1$I'
            ' referencing old table as old_rows new table as new_rows'
            ' for each statement execute function tally_own(%2$L)',
            counted.name, counted.kind
        );
    end loop;
end
$$;

create trigger address_tally_truncate after truncate on address
for each statement
execute function tally_truncated('public_addresses', 'room_addresses', 'retired_addresses');
create trigger resource_tally_truncate after truncate on resource
for each statement
execute function tally_truncated('plain_cameras', 'face_cameras', 'centres', 'pois');

delete from tally
where layer in ('addresses', 'cameras');
delete from coarse_tally
where layer in ('addresses', 'cameras');
insert into tally (layer, grid_id, area_id, cell, count, west, south, east, north)
select
    c.layer,
    coalesce(c.grid_id, 0) as grid_id,
    coalesce(c.area_id, 0) as area_id,
    coalesce(c.cell, 0) as cell,
    count(*) as count,
    min(st_x(c.geom)) as west,
    min(st_y(c.geom)) as south,
    max(st_x(c.geom)) as east,
    max(st_y(c.geom)) as north
from (
    select
        case
            when a.valid_to is not null then 'retired_addresses'
            when coalesce(a.level, 60) >= 60 then 'room_addresses'
            else 'public_addresses'
        end as layer,
        a.grid_id,
        a.area_id,
        a.cell,
        a.geom
    from address as a
    union all
    select
        case
            when coalesce(r.class in ('face', '人脸'), false) then 'face_cameras'
            else 'plain_cameras'
        end as layer,
        r.grid_id,
        r.area_id,
        r.cell,
        r.geom
    from resource as r
    where r.kind = 'camera'
) as c
group by c.layer, coalesce(c.grid_id, 0), coalesce(c.area_id, 0), coalesce(c.cell, 0);
insert into coarse_tally (layer, grid_id, area_id, cell, count, west, south, east, north)
select
    layer,
    grid_id,
    area_id,
    cell_parent(cell, 9) as cell,
    sum(count) as count,
    min(west) as west,
    min(south) as south,
    max(east) as east,
    max(north) as north
from tally
where
    layer in (
        'public_addresses',
        'room_addresses',
        'retired_addresses',
        'plain_cameras',
        'face_cameras'
    )
group by layer, grid_id, area_id, cell_parent(cell, 9);

-- Both tallies have one rule.
do $$
declare
    counts text;
begin
    foreach counts in array array['tally', 'coarse_tally'] loop
        execute format($policy$
            alter policy %1$s_reach on %1$I using (
                (
                    layer not in ('persons', 'events')
                    and (
                        (select reach_everywhere('count'))
                        or area_id in (select reach_areas('count'))
                        or grid_id in (select reach_grids('count'))
                    )
                    and (
                        layer <> 'face_cameras'
                        or (select reach_everywhere('face_camera'))
                        or area_id in (select reach_areas('face_camera'))
                        or grid_id in (select reach_grids('face_camera'))
                    )
                )
                or (
                    layer = 'persons'
                    and (
                        (select reach_everywhere('count_person'))
                        or area_id in (select reach_areas('count_person'))
                        or grid_id in (select reach_grids('count_person'))
                    )
                )
                or (
                    layer = 'events'
                    and (
                        (select reach_everywhere('count_event'))
                        or area_id in (select reach_areas('count_event'))
                        or grid_id in (select reach_grids('count_event'))
                    )
                )
            )
        $policy$, counts);
    end loop;
end
$$;

-- Pages of persons by name.
create index person_name_code_idx on person (name, code);
-- What has no footprint is drawn at its address: buildings, and dwellings of no building.
drop index house_by_address_alone_idx;
create index house_by_address_alone_idx on house (address_id)
where geom is null and (kind = 'building' or parent_id is null);
