-- Who may write persons and workers, and where, as 0017_writing.sql has it for things: restrictive
-- policies beside those that say what is seen.

grant insert (
    code, name, sex, birth_date, id_number_sealed, id_number_digest, phone_sealed, phone_digest,
    phone_digest_1, phone_digest_2, phone_digest_3, person_class, tags, address_id, grid_id, area_id,
    house_id
) on person to gis_gov_app;
grant update (
    name, sex, birth_date, id_number_sealed, id_number_digest, phone_sealed, phone_digest,
    phone_digest_1, phone_digest_2, phone_digest_3, person_class, tags, address_id, grid_id, area_id,
    house_id
) on person to gis_gov_app;
grant insert (
    code, name, phone_sealed, phone_digest, phone_digest_1, phone_digest_2, phone_digest_3, kind,
    organisation, area_id
) on worker to gis_gov_app;
grant update (
    name, phone_sealed, phone_digest, phone_digest_1, phone_digest_2, phone_digest_3, kind,
    organisation, area_id
) on worker to gis_gov_app;
grant delete on person, worker to gis_gov_app;
-- A term begins today, and ends; its grid, its worker and its first day never change.
grant insert (grid_id, worker_id), update (valid_to), delete on grid_worker to gis_gov_app;

do $$
declare
    reached constant text := $policy$
        (
            (select reach_everywhere('person_write'))
            or area_id in (select reach_areas('person_write'))
            or grid_id in (select reach_grids('person_write'))
            or person_class in (select reach_classes('person_write'))
            or (area_id, person_class) in (
                select r.area_id, r.row_class from reach_areas_by_class('person_write') as r
            )
            or (grid_id, person_class) in (
                select r.grid_id, r.row_class from reach_grids_by_class('person_write') as r
            )
        )
    $policy$;
    -- Told another place than his address's, a person would come into reach by a lie.
    placed constant text := reached || $policy$
        and exists (
            select from (values (1)) as one (n)
            left join address as a on a.id = person.address_id
            where (a.grid_id, a.area_id) is not distinct from (person.grid_id, person.area_id)
        )
    $policy$;
    -- A worker belongs to an area, and serves grids of others, too: a right to one grid alone opens no
    -- worker, but terms in that grid.
    employed constant text := $policy$
        (select reach_everywhere('worker_write'))
        or area_id in (select reach_areas('worker_write'))
    $policy$;
    served constant text := $policy$
        exists (
            select from worker as w
            where
                w.id = grid_worker.worker_id
                and (
                    (select reach_everywhere('worker_write'))
                    or w.area_id in (select reach_areas('worker_write'))
                )
        )
        and (
            (select reach_everywhere('worker_write'))
            or exists (
                select from grid as g
                where
                    g.id = grid_worker.grid_id
                    and (
                        g.area_id in (select reach_areas('worker_write'))
                        or g.id in (select reach_grids('worker_write'))
                    )
            )
        )
    $policy$;
begin
    execute 'create policy person_insert on person as restrictive for insert to gis_gov_app'
        ' with check (' || placed || ')';
    execute 'create policy person_update on person as restrictive for update to gis_gov_app'
        ' using (' || reached || ') with check (' || placed || ')';
    execute 'create policy person_delete on person as restrictive for delete to gis_gov_app'
        ' using (' || reached || ')';

    execute 'create policy worker_insert on worker as restrictive for insert to gis_gov_app'
        ' with check (' || employed || ')';
    execute 'create policy worker_update on worker as restrictive for update to gis_gov_app'
        ' using (' || employed || ') with check (' || employed || ')';
    execute 'create policy worker_delete on worker as restrictive for delete to gis_gov_app'
        ' using (' || employed || ')';

    alter table grid_worker enable row level security;
    create policy grid_worker_read on grid_worker for select to gis_gov_app using (true);
    execute 'create policy grid_worker_insert on grid_worker for insert to gis_gov_app'
        ' with check (' || served || ')';
    execute 'create policy grid_worker_update on grid_worker for update to gis_gov_app'
        ' using (' || served || ') with check (' || served || ')';
    -- What has been is kept: only a term that held for no day before today goes.
    execute 'create policy grid_worker_delete on grid_worker for delete to gis_gov_app'
        ' using ((valid_from >= current_date or valid_to = valid_from) and ' || served || ')';
end
$$;
