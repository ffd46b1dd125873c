-- The kept counts a second time, by hexagons of resolution 9: what shows a whole district adds up some
-- ten thousand rows instead of hundreds of thousands.

-- The ancestor of an H3 cell (https://h3geo.org/docs/core-library/h3Indexing): the resolution is
-- bits 52-55, and the digits of the finer resolutions are set to 7.
create or replace function cell_parent(cell bigint, resolution integer)
returns bigint
language sql immutable parallel safe
as $$
    select case
        when cell = 0 then 0
        else
            (cell & ~(15::bigint << 52)) | (resolution::bigint << 52)
            | ((1::bigint << (3 * (15 - resolution))) - 1)
    end
$$;

-- Add changes to both tallies. `source` is a query over the transition tables with the columns
-- layer, grid_id, area_id, cell, geom, delta. Rows are taken in key order, first all of the fine tally,
-- then (PostgreSQL runs a WITH that nobody reads from last) all of the coarse one, so that two writers
-- never wait for each other in a circle.
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
                sum(c.delta) as count,
                min(st_x(c.geom)) filter (where c.delta > 0) as west,
                min(st_y(c.geom)) filter (where c.delta > 0) as south,
                max(st_x(c.geom)) filter (where c.delta > 0) as east,
                max(st_y(c.geom)) filter (where c.delta > 0) as north
            from (%s) as c
            group by 1, 2, 3, 4
        ), coarse as (
            insert into coarse_tally as t (
                layer, grid_id, area_id, cell, count, west, south, east, north
            )
            select
                c.layer, c.grid_id, c.area_id, cell_parent(c.cell, 9),
                sum(c.count), min(c.west), min(c.south), max(c.east), max(c.north)
            from change as c
            group by 1, 2, 3, 4
            order by 1, 2, 3, 4
            on conflict (layer, grid_id, area_id, cell) do update
            set
                count = t.count + excluded.count,
                west = least(t.west, excluded.west),
                south = least(t.south, excluded.south),
                east = greatest(t.east, excluded.east),
                north = greatest(t.north, excluded.north)
        )
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
    $query$, source)
$$;

create or replace function tally_truncated() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    delete from tally where layer = any(tg_argv::text []);
    delete from coarse_tally where layer = any(tg_argv::text []);
    return null;
end
$$;

insert into coarse_tally (layer, grid_id, area_id, cell, count, west, south, east, north)
select
    layer,
    grid_id,
    area_id,
    cell_parent(cell, 9) as cell,
    sum(count) as count,
    min(west) as west,
    min(south) as south,
    max(east) as east,
    max(north) as north
from tally
group by layer, grid_id, area_id, cell_parent(cell, 9);

alter table coarse_tally enable row level security;
-- The same rule as the tally's.
do $$
begin
    execute format(
        'create policy coarse_tally_reach on coarse_tally to gis_gov_app using (%s)',
        (
            select pg_get_expr(p.polqual, p.polrelid) from pg_policy as p
            where p.polrelid = 'tally'::regclass and p.polname = 'tally_reach'
        )
    );
end
$$;
grant select on coarse_tally to gis_gov_app;
