-- Kept counts: every write of a counted thing moves its tally in the same transaction.

-- Add changes to the tally. `source` is a query over the transition tables with the columns
-- layer, grid_id, area_id, cell, geom, delta. Rows are taken in key order, so that two writers
-- never wait for each other in a circle.
create function tally_change_sql(source text) returns text
language sql immutable
as $$
    select format($query$
        insert into tally as t (layer, grid_id, area_id, cell, count, west, south, east, north)
        select
            c.layer,
            coalesce(c.grid_id, 0),
            coalesce(c.area_id, 0),
            coalesce(c.cell, 0),
            sum(c.delta),
            min(st_x(c.geom)) filter (where c.delta > 0),
            min(st_y(c.geom)) filter (where c.delta > 0),
            max(st_x(c.geom)) filter (where c.delta > 0),
            max(st_y(c.geom)) filter (where c.delta > 0)
        from (%s) as c
        group by 1, 2, 3, 4
        order by 1, 2, 3, 4
        on conflict (layer, grid_id, area_id, cell) do update
        set
            count = t.count + excluded.count,
            west = least(t.west, excluded.west),
            south = least(t.south, excluded.south),
            east = greatest(t.east, excluded.east),
            north = greatest(t.north, excluded.north)
    $query$, source)
$$;

-- Things with a point of their own. The argument is the SQL of the layer, over the row `r`.
create function tally_own() returns trigger
language plpgsql
as $$
declare
    picked constant text := format(
        'select %s as layer, r.grid_id, r.area_id, r.cell, r.geom, ', tg_argv[0]
    );
    moved constant text := format(
        ' where (%s, r.grid_id, r.area_id, r.cell, r.geom::bytea)'
        ' is distinct from (%s, s.grid_id, s.area_id, s.cell, s.geom::bytea)',
        tg_argv[0], replace(tg_argv[0], 'r.', 's.')
    );
begin
    execute tally_change_sql(case tg_op
        when 'INSERT' then picked || '1 as delta from new_rows as r'
        when 'DELETE' then picked || '-1 as delta from old_rows as r'
        else
            picked || '1 as delta from new_rows as r join old_rows as s using (id)' || moved
            || ' union all '
            || picked || '-1 from old_rows as r join new_rows as s using (id)' || moved
    end);
    return null;
end
$$;

-- Things placed by an address. The addresses are locked against moving until the write is through.
create function tally_by_address() returns trigger
language plpgsql
as $$
declare
    picked constant text := format(
        'select %s as layer, r.address_id, ', tg_argv[0]
    );
    moved constant text := format(
        ' where (%s, r.address_id) is distinct from (%s, s.address_id)',
        tg_argv[0], replace(tg_argv[0], 'r.', 's.')
    );
    changes constant text := case tg_op
        when 'INSERT' then picked || '1 as delta from new_rows as r'
        when 'DELETE' then picked || '-1 as delta from old_rows as r'
        else
            picked || '1 as delta from new_rows as r join old_rows as s using (id)' || moved
            || ' union all '
            || picked || '-1 from old_rows as r join new_rows as s using (id)' || moved
    end;
begin
    execute format(
        'select count(*) from (select 1 from address where id in'
        ' (select d.address_id from (%s) as d) order by id for share) as locked', changes
    );
    execute tally_change_sql(format(
        'select d.layer, a.grid_id, a.area_id, a.cell, a.geom, d.delta'
        ' from (select layer, address_id, sum(delta) as delta from (%s) as e group by 1, 2) as d'
        ' left join address as a on a.id = d.address_id where d.delta <> 0', changes
    ));
    return null;
end
$$;

-- An address that moves takes along what it places.
create function tally_address_moved() returns trigger
language plpgsql
as $$
begin
    execute tally_change_sql($source$
        with moved as (
            select o.id, s.grid_id, s.area_id, s.cell, s.geom, s.sign
            from old_rows as o
            inner join new_rows as n on o.id = n.id
            cross join lateral (
                values
                (n.grid_id, n.area_id, n.cell, n.geom, 1),
                (o.grid_id, o.area_id, o.cell, o.geom, -1)
            ) as s (grid_id, area_id, cell, geom, sign)
            where
                (o.grid_id, o.area_id, o.cell, o.geom::bytea)
                is distinct from (n.grid_id, n.area_id, n.cell, n.geom::bytea)
        )

        select 'persons' as layer, m.grid_id, m.area_id, m.cell, m.geom, m.sign as delta
        from moved as m inner join person as p on p.address_id = m.id
        union all
        select h.kind || 's', m.grid_id, m.area_id, m.cell, m.geom, m.sign
        from moved as m inner join house as h on h.address_id = m.id
        union all
        select 'enterprises', m.grid_id, m.area_id, m.cell, m.geom, m.sign
        from moved as m inner join enterprise as e on e.address_id = m.id
    $source$);
    return null;
end
$$;

create trigger address_tally_insert after insert on address
referencing new table as new_rows
for each statement execute function tally_own('''addresses''');
create trigger address_tally_delete after delete on address
referencing old table as old_rows
for each statement execute function tally_own('''addresses''');
create trigger address_tally_update after update on address
referencing old table as old_rows new table as new_rows
for each statement execute function tally_own('''addresses''');
create trigger address_tally_update_moved after update on address
referencing old table as old_rows new table as new_rows
for each statement execute function tally_address_moved();

create trigger resource_tally_insert after insert on resource
referencing new table as new_rows
for each statement execute function tally_own('r.kind || ''s''');
create trigger resource_tally_delete after delete on resource
referencing old table as old_rows
for each statement execute function tally_own('r.kind || ''s''');
create trigger resource_tally_update after update on resource
referencing old table as old_rows new table as new_rows
for each statement execute function tally_own('r.kind || ''s''');

create trigger event_tally_insert after insert on event
referencing new table as new_rows
for each statement execute function tally_own('''events''');
create trigger event_tally_delete after delete on event
referencing old table as old_rows
for each statement execute function tally_own('''events''');
create trigger event_tally_update after update on event
referencing old table as old_rows new table as new_rows
for each statement execute function tally_own('''events''');

create trigger person_tally_insert after insert on person
referencing new table as new_rows
for each statement execute function tally_by_address('''persons''');
create trigger person_tally_delete after delete on person
referencing old table as old_rows
for each statement execute function tally_by_address('''persons''');
create trigger person_tally_update after update on person
referencing old table as old_rows new table as new_rows
for each statement execute function tally_by_address('''persons''');

create trigger house_tally_insert after insert on house
referencing new table as new_rows
for each statement execute function tally_by_address('r.kind || ''s''');
create trigger house_tally_delete after delete on house
referencing old table as old_rows
for each statement execute function tally_by_address('r.kind || ''s''');
create trigger house_tally_update after update on house
referencing old table as old_rows new table as new_rows
for each statement execute function tally_by_address('r.kind || ''s''');

create trigger enterprise_tally_insert after insert on enterprise
referencing new table as new_rows
for each statement execute function tally_by_address('''enterprises''');
create trigger enterprise_tally_delete after delete on enterprise
referencing old table as old_rows
for each statement execute function tally_by_address('''enterprises''');
create trigger enterprise_tally_update after update on enterprise
referencing old table as old_rows new table as new_rows
for each statement execute function tally_by_address('''enterprises''');

-- TRUNCATE fires no row or transition trigger: the layers of the emptied table start again from 0.
create function tally_truncated() returns trigger
language plpgsql
as $$
begin
    delete from tally where layer = any(tg_argv::text []);
    return null;
end
$$;

create trigger address_tally_truncate after truncate on address
for each statement execute function tally_truncated('addresses');
create trigger resource_tally_truncate after truncate on resource
for each statement execute function tally_truncated('cameras', 'centres', 'pois');
create trigger event_tally_truncate after truncate on event
for each statement execute function tally_truncated('events');
create trigger person_tally_truncate after truncate on person
for each statement execute function tally_truncated('persons');
create trigger house_tally_truncate after truncate on house
for each statement execute function tally_truncated('buildings', 'dwellings');
create trigger enterprise_tally_truncate after truncate on enterprise
for each statement execute function tally_truncated('enterprises');
