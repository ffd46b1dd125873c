-- What has a place and no cell yet, which is nothing but for the second after a write by others. The kept
-- counts have it together with what has no place at all, so the things themselves are read, which the row
-- policies fence; here is asked whether they may be counted, too.
create or replace function tile_counts_without_cell(
    z integer, x integer, y integer, query json, layers text[], kind_asked text
)
returns table (count integer, lon double precision, lat double precision)
language plpgsql stable parallel safe
as $$
#variable_conflict use_column
declare
    is_any constant boolean := case kind_asked
        when 'resource'
            then exists (select from resource as r where r.cell is null and r.geom is not null)
        when 'event'
            then exists (select from event as e where e.cell is null and e.geom is not null)
        else exists (select from address as a where a.cell is null and a.geom is not null)
    end;
    is_of_some constant boolean := kind_asked in ('person', 'event');
    counting constant text := case when is_of_some then 'count_' || kind_asked else 'count' end;
    -- Who reads some classes, or departments, is told of all that he reads.
    counts_what_he_reads constant boolean := is_of_some
    and coalesce(reach_of(kind_asked) -> 'of' <> '{}', false);
begin
    if not is_any then
        return;
    end if;
    return query
    select
        count(*)::integer as count,
        avg(st_x(c.geom)) as lon,
        avg(st_y(c.geom)) as lat
    from tile_frame(z, x, y, query) as f
    cross join lateral (
        select
            case
                when coalesce(a.known_level, 60) >= 60 then 'room_addresses' else 'public_addresses'
            end as layer,
            a.grid_id,
            a.area_id,
            a.geom
        from address as a
        where kind_asked = 'address' and a.cell is null and a.geom is not null and a.valid_to is null
        union all
        select
            'persons' as layer,
            a.grid_id,
            a.area_id,
            a.geom
        from address as a
        inner join person as p on a.id = p.address_id
        where kind_asked = 'person' and a.cell is null and a.geom is not null
        union all
        select
            h.kind || 's' as layer,
            a.grid_id,
            a.area_id,
            a.geom
        from address as a
        inner join house as h on a.id = h.address_id
        where kind_asked = 'house' and a.cell is null and a.geom is not null
        union all
        select
            'enterprises' as layer,
            a.grid_id,
            a.area_id,
            a.geom
        from address as a
        inner join enterprise as e on a.id = e.address_id
        where kind_asked = 'enterprise' and a.cell is null and a.geom is not null
        union all
        select
            case
                when r.kind <> 'camera' then r.kind || 's'
                when coalesce(r.class in ('face', '人脸'), false) then 'face_cameras'
                else 'plain_cameras'
            end as layer,
            r.grid_id,
            r.area_id,
            r.geom
        from resource as r
        where kind_asked = 'resource' and r.cell is null and r.geom is not null
        union all
        select
            'events' as layer,
            e.grid_id,
            e.area_id,
            e.geom
        from event as e
        where kind_asked = 'event' and e.cell is null and e.geom is not null
    ) as c
    where
        c.layer = any(layers)
        and st_x(c.geom) >= f.west
        and st_x(c.geom) < f.east
        and st_y(c.geom) >= f.south
        and st_y(c.geom) < f.north
        and (
            counts_what_he_reads
            or (select reach_everywhere(counting))
            or c.area_id in (select reach_areas(counting))
            or c.grid_id in (select reach_grids(counting))
        )
        and (
            c.layer not in ('room_addresses', 'dwellings')
            or (select reach_everywhere('room'))
            or c.area_id in (select reach_areas('room'))
            or c.grid_id in (select reach_grids('room'))
        )
    group by
        floor((st_x(c.geom) - f.west) / (f.east - f.west) * 32),
        floor((st_y(c.geom) - f.south) / (f.north - f.south) * 32);
end
$$;
