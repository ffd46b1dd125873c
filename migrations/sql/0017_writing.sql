-- What the application may write, and where. The policies that there are (0002_reach.sql) say what is
-- seen, and hold for writes too: nobody writes a thing that he may not see before and after. Beside
-- them each table that can be written has restrictive ones, by the reach of the right to write.

-- The surrogate key and the times are the database's own, the code of a thing never changes. Grid and
-- area of a point are the trigger's; of what an address places, the policy compares them.
grant insert (
    code, kind, name, class, owner, azimuth_deg, field_of_view_deg, range_m, gb28181_id, stream_url,
    geom, source_datum, source_x, source_y, place_method, accuracy_m, cell
) on resource to gis_gov_app;
grant update (
    name, class, owner, azimuth_deg, field_of_view_deg, range_m, gb28181_id, stream_url,
    geom, source_datum, source_x, source_y, place_method, accuracy_m, cell
) on resource to gis_gov_app;
grant insert (
    code, external_code, title, description, class_id, state, level, source, department, reported_at,
    due_at, closed_at, address_text,
    geom, source_datum, source_x, source_y, place_method, accuracy_m, cell
) on event to gis_gov_app;
grant update (
    external_code, title, description, class_id, state, level, source, department, reported_at,
    due_at, closed_at, address_text,
    geom, source_datum, source_x, source_y, place_method, accuracy_m, cell
) on event to gis_gov_app;
grant insert (
    code, full_text, level, elements,
    geom, source_datum, source_x, source_y, place_method, accuracy_m, cell
) on address to gis_gov_app;
grant update (
    full_text, level, elements,
    geom, source_datum, source_x, source_y, place_method, accuracy_m, cell
) on address to gis_gov_app;
grant insert (
    code, name, kind, parent_id, address_id, grid_id, area_id, usage, floors, height_m, area_m2, geom
) on house to gis_gov_app;
grant update (
    name, kind, parent_id, address_id, grid_id, area_id, usage, floors, height_m, area_m2, geom
) on house to gis_gov_app;
grant insert (
    code, name, uscc, category, risk_class, contact_name, phone_sealed, phone_digest,
    phone_digest_1, phone_digest_2, phone_digest_3, address_id, grid_id, area_id
) on enterprise to gis_gov_app;
grant update (
    name, uscc, category, risk_class, contact_name, phone_sealed, phone_digest,
    phone_digest_1, phone_digest_2, phone_digest_3, address_id, grid_id, area_id
) on enterprise to gis_gov_app;
grant delete on resource, event, address, house, enterprise to gis_gov_app;

do $$
declare
    written record;
    reached text;
    placed text;
begin
    for written in
        select *
        from (values
            ('resource', null, false),
            ('event', 'department', false),
            ('address', null, false),
            ('house', null, true),
            ('enterprise', null, true)
        ) as w (name, class_column, by_address)
    loop
        reached := format(
            $policy$
                (select reach_everywhere('%1$s_write'))
                or area_id in (select reach_areas('%1$s_write'))
                or grid_id in (select reach_grids('%1$s_write'))
            $policy$, written.name
        );
        if written.class_column is not null then
            reached := reached || format(
                $policy$
                    or %2$I in (select reach_classes('%1$s_write'))
                    or (area_id, %2$I) in (
                        select r.area_id, r.row_class from reach_areas_by_class('%1$s_write') as r
                    )
                    or (grid_id, %2$I) in (
                        select r.grid_id, r.row_class from reach_grids_by_class('%1$s_write') as r
                    )
                $policy$, written.name, written.class_column
            );
        end if;
        placed := format('(%s)', reached);
        -- Told another place than its address's, a thing would come into reach by a lie.
        if written.by_address then
            placed := placed || format(
                $policy$
                    and exists (
                        select from (values (1)) as one (n)
                        left join address as a on a.id = %1$I.address_id
                        where
                            (a.grid_id, a.area_id)
                            is not distinct from (%1$I.grid_id, %1$I.area_id)
                    )
                $policy$, written.name
            );
        end if;
        execute format(
            'create policy %1$s_insert on %1$I as restrictive for insert to gis_gov_app'
            ' with check (%2$s)', written.name, placed
        );
        execute format(
            'create policy %1$s_update on %1$I as restrictive for update to gis_gov_app'
            ' using (%2$s) with check (%3$s)', written.name, reached, placed
        );
        execute format(
            'create policy %1$s_delete on %1$I as restrictive for delete to gis_gov_app'
            ' using (%2$s)', written.name, reached
        );
    end loop;
end
$$;
