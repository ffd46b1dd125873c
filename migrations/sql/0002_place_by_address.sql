-- Persons, houses and enterprises carry the grid and area of their address, so that a row policy
-- need not look the address up. The triggers fire after those of the tally (by name), which lock the
-- addresses against moving: what is read here stays true.

-- Their writers lock a row and then its address, whoever moves an address locks it and then the rows
-- that it takes along. So that neither waits for the other in a circle, writers share a lock before
-- they lock a row, and a move takes it alone: after the lock of the boundaries, by name, as a change
-- of boundaries does.
create function await_moves() returns trigger
language plpgsql
as $$
begin
    perform pg_advisory_xact_lock_shared(7405005);
    return null;
end
$$;

create function move_alone() returns trigger
language plpgsql
as $$
begin
    perform pg_advisory_xact_lock(7405005);
    return null;
end
$$;

create trigger person_await before insert or update or delete on person
for each statement execute function await_moves();
create trigger house_await before insert or update or delete on house
for each statement execute function await_moves();
create trigger enterprise_await before insert or update or delete on enterprise
for each statement execute function await_moves();
create trigger address_await_moves before update of geom, grid_id, area_id on address
for each statement execute function move_alone();

create function place_by_address() returns trigger
language plpgsql
as $$
begin
    -- Planned at each call, as in 0001_place.sql.
    execute format(
        'update %I as t set grid_id = a.grid_id, area_id = a.area_id'
        ' from new_rows as n left join address as a on a.id = n.address_id'
        ' where t.id = n.id'
        ' and (t.grid_id, t.area_id) is distinct from (a.grid_id, a.area_id)',
        tg_table_name
    );
    return null;
end
$$;

create trigger person_where_insert after insert on person
referencing new table as new_rows
for each statement execute function place_by_address();
create trigger person_where_update after update on person
referencing new table as new_rows
for each statement when (pg_trigger_depth() = 0) execute function place_by_address();
create trigger house_where_insert after insert on house
referencing new table as new_rows
for each statement execute function place_by_address();
create trigger house_where_update after update on house
referencing new table as new_rows
for each statement when (pg_trigger_depth() = 0) execute function place_by_address();
create trigger enterprise_where_insert after insert on enterprise
referencing new table as new_rows
for each statement execute function place_by_address();
create trigger enterprise_where_update after update on enterprise
referencing new table as new_rows
for each statement when (pg_trigger_depth() = 0) execute function place_by_address();

-- An address whose grid or area changes takes along what it places.
create function take_along() returns trigger
language plpgsql
as $$
declare
    placed text;
begin
    foreach placed in array array['person', 'house', 'enterprise'] loop
        execute format(
            'update %I as t set grid_id = n.grid_id, area_id = n.area_id'
            ' from old_rows as o inner join new_rows as n on o.id = n.id'
            ' where t.address_id = n.id'
            ' and (o.grid_id, o.area_id) is distinct from (n.grid_id, n.area_id)'
            ' and (t.grid_id, t.area_id) is distinct from (n.grid_id, n.area_id)',
            placed
        );
    end loop;
    return null;
end
$$;

create trigger address_where_update after update on address
referencing old table as old_rows new table as new_rows
for each statement execute function take_along();
