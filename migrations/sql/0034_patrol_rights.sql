-- Who may know of a patrol: whoever may follow workers where its worker is employed, or in a grid of
-- his, and he himself. What is written is the server's own work, under its own reach.

alter table patrol enable row level security;
alter table patrol_grid enable row level security;
alter table patrol_version enable row level security;
alter table patrol_due enable row level security;
alter table device enable row level security;

create policy patrol_reach on patrol to gis_gov_app using (
    (select reach_everywhere('track'))
    or area_id in (select reach_areas('track'))
    or worker_id = (select reach_own('track'))
    or worker_id in (
        select w.worker_id from grid_worker as w
        where
            w.grid_id in (select reach_grids('track'))
            and w.valid_from <= patrol.day
            and (w.valid_to is null or w.valid_to >= patrol.day)
    )
);
create policy patrol_grid_reach on patrol_grid to gis_gov_app using (
    (select reach_everywhere('track')) or patrol_id in (select p.id from patrol as p)
);
create policy patrol_version_reach on patrol_version to gis_gov_app using (
    (select reach_everywhere('track')) or patrol_id in (select p.id from patrol as p)
);
create policy patrol_due_reach on patrol_due to gis_gov_app using (
    (select reach_everywhere('track_write'))
);
create policy device_reach on device to gis_gov_app using (
    (select reach_everywhere('track_write'))
);

create policy position_insert on position as restrictive for insert to gis_gov_app
with check ((select reach_everywhere('track_write')));
create policy position_update on position as restrictive for update to gis_gov_app
using ((select reach_everywhere('track_write')));
create policy patrol_insert on patrol as restrictive for insert to gis_gov_app
with check ((select reach_everywhere('track_write')));
create policy patrol_update on patrol as restrictive for update to gis_gov_app
using ((select reach_everywhere('track_write')));
create policy patrol_delete on patrol as restrictive for delete to gis_gov_app
using ((select reach_everywhere('track_write')));
create policy patrol_grid_write on patrol_grid as restrictive for insert to gis_gov_app
with check ((select reach_everywhere('track_write')));
create policy patrol_grid_delete on patrol_grid as restrictive for delete to gis_gov_app
using ((select reach_everywhere('track_write')));
create policy patrol_version_insert on patrol_version as restrictive for insert to gis_gov_app
with check ((select reach_everywhere('track_write')));

grant insert, update on position to gis_gov_app;
grant select, insert, update, delete on patrol, patrol_grid, patrol_version to gis_gov_app;
grant select, insert, delete on patrol_due to gis_gov_app;
grant select, update (terminal_id, secret_digest) on device to gis_gov_app;
