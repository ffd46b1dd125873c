-- What a row of the coarse tally is made of, as one number: the exclusive or of the fingerprints of its
-- fine rows. The noise of counts is drawn by it, so that whoever is told them by the threshold is told
-- them from the coarse rows, too.

-- The fingerprint of a row of the fine tally; nothing has none.
create function tally_content(grid_id bigint, area_id bigint, cell bigint, count integer)
returns bigint
language sql immutable parallel safe
as $$
    select case
        when count > 0 then hash_record_extended(row(grid_id, area_id, cell, count), 0)
        else 0
    end
$$;

-- Add changes to both tallies. `source` is a query over the transition tables with the columns
-- layer, grid_id, area_id, cell, geom, delta. Rows are taken in key order, first all of the fine tally,
-- then all of the coarse one, which is made of what became of the fine rows, so that two writers never
-- wait for each other in a circle.
create or replace function tally_change_sql(source text) returns text
language sql immutable
as $$
    select format($query$
        with change as materialized (
            select
                c.layer,
                coalesce(c.grid_id, 0) as grid_id,
                coalesce(c.area_id, 0) as area_id,
                coalesce(c.cell, 0) as cell,
                sum(c.delta)::integer as count,
                min(st_x(c.geom)) filter (where c.delta > 0) as west,
                min(st_y(c.geom)) filter (where c.delta > 0) as south,
                max(st_x(c.geom)) filter (where c.delta > 0) as east,
                max(st_y(c.geom)) filter (where c.delta > 0) as north
            from (%s) as c
            group by 1, 2, 3, 4
        ), fine as (
            insert into tally as t (layer, grid_id, area_id, cell, count, west, south, east, north)
            select c.layer, c.grid_id, c.area_id, c.cell, c.count, c.west, c.south, c.east, c.north
            from change as c
            order by 1, 2, 3, 4
            on conflict (layer, grid_id, area_id, cell) do update
            set
                count = t.count + excluded.count,
                west = least(t.west, excluded.west),
                south = least(t.south, excluded.south),
                east = greatest(t.east, excluded.east),
                north = greatest(t.north, excluded.north)
            returning t.layer, t.grid_id, t.area_id, t.cell, t.count
        )
        insert into coarse_tally as t (
            layer, grid_id, area_id, cell, count, west, south, east, north, content
        )
        select
            c.layer, c.grid_id, c.area_id, cell_parent(c.cell, 9),
            sum(c.count), min(c.west), min(c.south), max(c.east), max(c.north),
            bit_xor(
                tally_content(f.grid_id, f.area_id, f.cell, f.count)
                # tally_content(f.grid_id, f.area_id, f.cell, f.count - c.count)
            )
        from change as c
        inner join fine as f using (layer, grid_id, area_id, cell)
        group by 1, 2, 3, 4
        order by 1, 2, 3, 4
        on conflict (layer, grid_id, area_id, cell) do update
        set
            count = t.count + excluded.count,
            west = least(t.west, excluded.west),
            south = least(t.south, excluded.south),
            east = greatest(t.east, excluded.east),
            north = greatest(t.north, excluded.north),
            content = t.content # excluded.content
    $query$, source)
$$;

update coarse_tally as t
set content = f.made_of
from (
    select
        layer,
        grid_id,
        area_id,
        cell_parent(cell, 9) as cell,
        bit_xor(tally_content(grid_id, area_id, cell, count)) as made_of
    from tally
    group by layer, grid_id, area_id, cell_parent(cell, 9)
) as f
where (t.layer, t.grid_id, t.area_id, t.cell) = (f.layer, f.grid_id, f.area_id, f.cell);
