-- Who may know of a fence: whoever may follow workers, or draw fences, where it lies, and for whom it is. Of a crossing
-- and an alarm: whoever may follow workers where it was, or where all of the fence lies, and the worker himself. What is
-- found is written by the server's own work, under its own reach.

alter table fence enable row level security;
alter table fence_version enable row level security;
alter table fence_state enable row level security;
alter table crossing enable row level security;
alter table crossing_due enable row level security;
alter table alarm enable row level security;

create policy fence_reach on fence to gis_gov_app using (
    (select reach_everywhere('track'))
    or (select reach_everywhere('fence_write'))
    or area_id in (select reach_areas('track'))
    or area_id in (select reach_areas('fence_write'))
    or grid_id in (select reach_grids('track'))
    or (select reach_own('track')) = any(for_workers)
);
create policy fence_insert on fence as restrictive for insert to gis_gov_app with check (
    (select reach_everywhere('fence_write')) or area_id in (select reach_areas('fence_write'))
);
create policy fence_update on fence as restrictive for update to gis_gov_app using (
    (select reach_everywhere('fence_write')) or area_id in (select reach_areas('fence_write'))
);
create policy fence_version_reach on fence_version to gis_gov_app using (
    (select reach_everywhere('track'))
    or area_id in (select reach_areas('track'))
    or grid_id in (select reach_grids('track'))
);
create policy fence_state_reach on fence_state to gis_gov_app using (
    (select reach_everywhere('track_write'))
);
create policy crossing_due_reach on crossing_due to gis_gov_app using (
    (select reach_everywhere('track_write'))
);
create policy crossing_reach on crossing to gis_gov_app using (
    (select reach_everywhere('track'))
    or area_id in (select reach_areas('track'))
    or grid_id in (select reach_grids('track'))
    or fence_area_id in (select reach_areas('track'))
    or fence_grid_id in (select reach_grids('track'))
    or worker_id = (select reach_own('track'))
);
create policy crossing_insert on crossing as restrictive for insert to gis_gov_app
with check ((select reach_everywhere('track_write')));
create policy crossing_update on crossing as restrictive for update to gis_gov_app
using ((select reach_everywhere('track_write')));
create policy alarm_reach on alarm to gis_gov_app using (
    (select reach_everywhere('track'))
    or area_id in (select reach_areas('track'))
    or grid_id in (select reach_grids('track'))
    or fence_area_id in (select reach_areas('track'))
    or fence_grid_id in (select reach_grids('track'))
    or worker_id = (select reach_own('track'))
);
create policy alarm_insert on alarm as restrictive for insert to gis_gov_app
with check ((select reach_everywhere('track_write')));
create policy alarm_update on alarm as restrictive for update to gis_gov_app
using ((select reach_everywhere('track_write')));

grant select, insert, update on fence to gis_gov_app;
grant select on fence_version to gis_gov_app;
grant select on sequence fence_number to gis_gov_app;
grant select, insert, update, delete on fence_state to gis_gov_app;
grant select, insert, update on crossing, alarm to gis_gov_app;
grant select, insert, delete on crossing_due to gis_gov_app;
