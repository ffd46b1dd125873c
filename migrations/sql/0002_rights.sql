-- What the application's role may do at all. It owns nothing, and does not pass by row policies.

grant select on
area, area_successor, grid, grid_lineage, grid_worker, code_template,
event_dictionary, event_class,
address, house, enterprise, person, resource, event, worker, last_position, position, tally,
alembic_version, spatial_ref_sys
to gis_gov_app;

-- The H3 cells that only the server can compute.
grant update (cell) on address, resource, event, position to gis_gov_app;

grant select, insert, update on account, api_key to gis_gov_app;
grant select, insert, update, delete on role_grant, session to gis_gov_app;
grant select, insert on audit to gis_gov_app;

-- Derived data stay true for every writer, whatever the writer may see of them.
alter function replace_in(geometry[]) security definer set search_path = public, pg_temp;
alter function boundaries_inserted() security definer set search_path = public, pg_temp;
alter function boundaries_deleted() security definer set search_path = public, pg_temp;
alter function boundaries_truncated() security definer set search_path = public, pg_temp;
alter function grid_updated() security definer set search_path = public, pg_temp;
alter function area_updated() security definer set search_path = public, pg_temp;
alter function tally_own() security definer set search_path = public, pg_temp;
alter function tally_by_address() security definer set search_path = public, pg_temp;
alter function tally_address_moved() security definer set search_path = public, pg_temp;
alter function tally_truncated() security definer set search_path = public, pg_temp;
alter function keep_last_position() security definer set search_path = public, pg_temp;
alter function correct_last_position() security definer set search_path = public, pg_temp;
alter function place_by_address() security definer set search_path = public, pg_temp;
alter function take_along() security definer set search_path = public, pg_temp;
revoke execute on function replace_in(geometry[]) from public;
