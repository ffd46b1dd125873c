-- Only a camera knows faces: a centre or a POI may have a class of that name and tells nothing of anybody.
-- The counts had them among all, while the policy hid the things themselves.
alter policy resource_reach on resource using (
    (
        (select reach_everywhere('resource'))
        or area_id in (select reach_areas('resource'))
        or grid_id in (select reach_grids('resource'))
    )
    and (
        kind <> 'camera'
        or not coalesce(class in ('face', '人脸'), false)
        or (select reach_everywhere('face_camera'))
        or area_id in (select reach_areas('face_camera'))
        or grid_id in (select reach_grids('face_camera'))
    )
);

-- Nor is a write of theirs told to fewer. (0010_change.sql tells of the arguments.)
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
                    case
                        when r.kind = 'camera' and r.class in ('face', '人脸') then 'face'
                    end as row_class,
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
