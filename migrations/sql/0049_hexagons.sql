-- The shapes of the H3 cells in which anything is counted, and of their parents: PostGIS knows no H3, so a
-- server draws them. What is no longer there keeps its shape, which tells nothing but that.
create table hexagon (
    cell bigint primary key,
    geom geometry (polygon, 4490) not null
);
comment on table hexagon is
'Shapes of the H3 cells of kept counts and of their parents, drawn by the server.';

-- Those of kept counts that a server has still to draw. It has no key, so that nobody who writes waits for
-- another one who counts in the same new cell.
create table hexagon_missing (cell bigint not null);
create index hexagon_missing_cell_idx on hexagon_missing (cell);
comment on table hexagon_missing is 'H3 cells of kept counts that have no shape yet.';

create function ask_for_hexagons() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    insert into hexagon_missing (cell)
    select distinct n.cell from new_rows as n
    where
        n.cell <> 0
        and not exists (select from hexagon as h where h.cell = n.cell)
        and not exists (select from hexagon_missing as m where m.cell = n.cell);
    if found then
        perform pg_notify('hexagon_missing', '');
    end if;
    return null;
end
$$;
revoke execute on function ask_for_hexagons() from public;

-- Whoever writes is waited for here, so that none counts in a new cell unseen.
create trigger tally_ask_for_hexagons after insert on tally
referencing new table as new_rows
for each statement execute function ask_for_hexagons();

insert into hexagon_missing (cell)
select distinct cell from tally
where cell <> 0;

grant select, insert on hexagon to gis_gov_app;
grant select, update, delete on hexagon_missing to gis_gov_app;
