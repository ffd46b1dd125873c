-- What a camera sees, kept with it for whoever writes it: tiles find and draw it by its own index, and
-- a change of it reaches as far as it sees.

-- As gis_gov/geo/view.py draws it: a sector of a circle on the ellipsoid, all around without a direction
-- or a field of view, a corner each 3 degrees of its arc. Null without a range, and beyond 100 km, which
-- nothing sees: a row that can be written has to stay so. (A restore computes it without a search path.)
create function camera_sector(
    place geometry, azimuth_deg real, field_of_view_deg real, range_m real
)
returns geometry
language plpgsql immutable parallel safe set search_path = public, pg_temp
as $$
declare
    turns constant boolean := azimuth_deg is null or field_of_view_deg is null or field_of_view_deg >= 360;
    steps constant integer := case when turns then 120 else ceil(field_of_view_deg / 3) end;
    width_deg constant double precision := case when turns then 360 else field_of_view_deg end;
    first_deg constant double precision := case when turns then 0 else azimuth_deg - width_deg / 2 end;
    arc geometry[];
begin
    if place is null or st_isempty(place) or range_m is null or range_m > 100000 then
        return null;
    end if;
    select
        array_agg(
            st_project(
                place::geography, range_m, radians(first_deg + width_deg * n / steps)
            )::geometry
            order by n
        )
    into arc
    from generate_series(0, case when turns then steps - 1 else steps end) as n;
    return st_makepolygon(st_makeline(
        case when turns then arc || arc[1] else place || arc || place end
    ));
end
$$;

alter table resource add column sector geometry (polygon, 4490)
generated always as (
    case when kind = 'camera' then camera_sector(geom, azimuth_deg, field_of_view_deg, range_m) end
) stored;

comment on column resource.sector is 'What a camera sees.';

create index resource_sector_idx on resource using gist (sector) where sector is not null;

-- The change log's box of a resource is that of what it sees (0010_change.sql tells of the arguments).
do $$
declare
    event record;
begin
    for event in
        select *
        from (values
            ('insert', 'new table as new_rows'),
            ('delete', 'old table as old_rows'),
            ('update', 'old table as old_rows new table as new_rows')
        ) as e (name, transition)
    loop
        execute format('drop trigger resource_change_%s on resource', event.name);
        execute format(
            'create trigger resource_change_%1$s after %1$s on resource referencing %2$s'
            ' for each statement execute function log_change(''own'', ''resource'', %3$L)',
            event.name, event.transition,
            $sql$
                select
                    r.id as object_id, null::text as object_code,
                    case when r.class in ('face', '人脸') then 'face' end as row_class,
                    r.area_id, r.grid_id,
                    st_xmin(coalesce(r.sector, r.geom)) as west,
                    st_ymin(coalesce(r.sector, r.geom)) as south,
                    st_xmax(coalesce(r.sector, r.geom)) as east,
                    st_ymax(coalesce(r.sector, r.geom)) as north
                from written as r
            $sql$
        );
    end loop;
end
$$;
