-- Things gathered by H3 cell, for zooms at which there are too many to draw one by one. Read from
-- the kept counts, up to zoom 12 (hexagons of resolution 9 and less) from the coarse ones; a count
-- belongs to the tile in which the middle of its box lies, so the counts over all tiles of a zoom add
-- up to the things that have a place. Counted is only where the viewer may also see each thing (`kind`
-- is that of the row policies): a right to count alone is under the threshold. Rooms, dwellings and
-- cameras that know faces need their own rights. What others wrote a moment ago has no cell yet (there is
-- no H3 here): it is gathered by squares of the tile, and told without one.

-- Those of who sees the whole, of one layer or two: nothing is asked of a count but where it lies. At zoom 12
-- and more a tile is small enough for an index. (Of an array of layers PostgreSQL would suppose ten, and of
-- a place that next to no count lies there: without `enable_sort` it gathers by a hash, not by sorting all.)
create or replace function tile_counts_of_all(
    z integer, x integer, y integer, query json, resolution integer, layer_of text, layer_with text
)
returns table (cell bigint, count integer, lon double precision, lat double precision)
language plpgsql stable parallel safe
set enable_sort = off
as $$
#variable_conflict use_column
declare
    zoom constant integer := tile_zoom(z, query);
begin
    if zoom < 12 then
        return query
        select
            cell_parent(t.cell, resolution) as cell,
            sum(t.count)::integer as count,
            sum((t.west + t.east) / 2 * t.count) / sum(t.count) as lon,
            sum((t.south + t.north) / 2 * t.count) / sum(t.count) as lat
        from tile_frame(z, x, y, query) as f
        cross join coarse_tally as t
        where
            t.layer in (layer_of, layer_with)
            and t.count > 0
            and t.cell <> 0
            and (t.west + t.east) / 2 >= f.west
            and (t.west + t.east) / 2 < f.east
            and (t.south + t.north) / 2 >= f.south
            and (t.south + t.north) / 2 < f.north
        group by cell_parent(t.cell, resolution);
        return;
    end if;
    return query
    select
        cell_parent(c.cell, resolution) as cell,
        sum(c.count)::integer as count,
        sum(c.lon * c.count) / sum(c.count) as lon,
        sum(c.lat * c.count) / sum(c.count) as lat
    from tile_frame(z, x, y, query) as f
    cross join lateral (
        select t.cell, t.count, (t.west + t.east) / 2 as lon, (t.south + t.north) / 2 as lat
        from coarse_tally as t
        where
            zoom = 12
            and t.layer in (layer_of, layer_with)
            and t.west between f.coarse_west and f.east
            and t.south between f.coarse_south and f.north
            and t.count > 0
            and t.cell <> 0
        union all
        select t.cell, t.count, (t.west + t.east) / 2 as lon, (t.south + t.north) / 2 as lat
        from tally as t
        where
            zoom > 12
            and t.layer in (layer_of, layer_with)
            and t.west between f.boxes_west and f.east
            and t.south between f.boxes_south and f.north
            and t.count > 0
            and t.cell <> 0
    ) as c
    where c.lon >= f.west and c.lon < f.east and c.lat >= f.south and c.lat < f.north
    group by cell_parent(c.cell, resolution);
end
$$;

-- Those of who sees a part. Who may read but some classes of persons is told of these, which have counts of
-- their own, where not of all.
create or replace function tile_counts_in_reach(
    z integer, x integer, y integer, query json, layers text[], kind text, resolution integer
)
returns table (cell bigint, count integer, lon double precision, lat double precision)
language plpgsql stable parallel safe
as $$
#variable_conflict use_column
declare
    zoom constant integer := tile_zoom(z, query);
begin
    return query
    select
        cell_parent(c.cell, resolution) as cell,
        sum(c.count)::integer as count,
        sum((c.west + c.east) / 2 * c.count) / sum(c.count) as lon,
        sum((c.south + c.north) / 2 * c.count) / sum(c.count) as lat
    from tile_frame(z, x, y, query) as f
    cross join lateral (
        select
            t.layer, t.grid_id, t.area_id, t.cell, t.count, t.west, t.south, t.east, t.north
        from tally as t
        where
            t.layer = any(layers)
            and zoom > 12
            and t.west between f.boxes_west and f.east
            and t.south between f.boxes_south and f.north
        union all
        select
            t.layer, t.grid_id, t.area_id, t.cell, t.count, t.west, t.south, t.east, t.north
        from coarse_tally as t
        where
            t.layer = any(layers)
            and zoom = 12
            and t.west between f.coarse_west and f.east
            and t.south between f.coarse_south and f.north
        union all
        select
            t.layer, t.grid_id, t.area_id, t.cell, t.count, t.west, t.south, t.east, t.north
        from coarse_tally as t
        where t.layer = any(layers) and zoom < 12
    ) as c
    cross join lateral (
        select
            (
                (select reach_everywhere(kind))
                or c.area_id in (select reach_areas(kind))
                or c.grid_id in (select reach_grids(kind))
            ) as is_open,
            c.layer like 'persons\_%' as is_of_some
    ) as w
    where
        c.count > 0
        and c.cell <> 0
        and (c.west + c.east) / 2 >= f.west
        and (c.west + c.east) / 2 < f.east
        and (c.south + c.north) / 2 >= f.south
        and (c.south + c.north) / 2 < f.north
        and case
            when w.is_of_some
                then not (
                    w.is_open
                    and (
                        (select reach_everywhere('count_person'))
                        or c.area_id in (select reach_areas('count_person'))
                        or c.grid_id in (select reach_grids('count_person'))
                    )
                )
            else w.is_open
        end
        and (
            c.layer not in ('room_addresses', 'dwellings')
            or (select reach_everywhere('room'))
            or c.area_id in (select reach_areas('room'))
            or c.grid_id in (select reach_grids('room'))
        )
        and (
            c.layer <> 'face_cameras'
            or (select reach_everywhere('face_camera'))
            or c.area_id in (select reach_areas('face_camera'))
            or c.grid_id in (select reach_grids('face_camera'))
        )
    group by cell_parent(c.cell, resolution);
end
$$;

drop function if exists tile_clusters(integer, integer, integer, text, text[]);
drop function if exists tile_clusters(integer, integer, integer, text, text[], text, integer);
drop function if exists tile_clusters(integer, integer, integer, text, text[], text);
create or replace function tile_clusters(
    z integer,
    x integer,
    y integer,
    query json,
    name text,
    layers text[],
    kind text
)
returns bytea
language plpgsql stable parallel safe
as $$
declare
    -- About 24 hexagons to a tile's side: one zoom halves the side, one resolution divides by √7.
    -- (In the query it would be worked out for each count.)
    resolution constant integer := greatest(
        0, least(12, round(8 + (tile_zoom(z, query) - 10) * 0.7124))
    );
    sees_all constant boolean := reach_everywhere(kind)
    and (kind <> 'person' or reach_everywhere('count_person'))
    and (not layers && array['room_addresses', 'dwellings'] or reach_everywhere('room'))
    and (not 'face_cameras' = any(layers) or reach_everywhere('face_camera'));
    -- Counts by class are counted among all, too.
    whole constant text[] := array(
        select l.name from unnest(layers) as l (name) where l.name not like 'persons\_%'
    );
begin
    if cardinality(whole) > 2 then
        raise invalid_parameter_value using message = 'more than two layers are gathered together';
    end if;
    return (
        select st_asmvt(t, name, 4096, 'geom' order by t.cell, t.geom)
        from (
            select
                to_hex(n.cell) as cell,
                n.count,
                tile_geom(st_setsrid(st_point(n.lon, n.lat), 4490), f.square) as geom
            from tile_frame(z, x, y, query) as f
            cross join (
                select a.cell, a.count, a.lon, a.lat
                from tile_counts_of_all(z, x, y, query, resolution, whole[1], whole[2]) as a
                where sees_all
                union all
                select r.cell, r.count, r.lon, r.lat
                from tile_counts_in_reach(z, x, y, query, layers, kind, resolution) as r
                where not sees_all
                union all
                select
                    null as cell,
                    w.count,
                    w.lon,
                    w.lat
                from tile_counts_without_cell(z, x, y, query, layers, kind) as w
            ) as n
        ) as t
    );
end
$$;

-- Where what a query picks is looked for: a tile with a margin of a 16th of its side. (Under row policies an
-- index is asked for a box only that is there when the query begins: keep it in a variable.)
create or replace function tile_around(z integer, x integer, y integer, query json)
returns geometry
language plpgsql immutable parallel safe
as $$
begin
    return (
        select
            st_makeenvelope(
                f.west - (f.east - f.west) / 16,
                greatest(f.south - (f.north - f.south) / 16, -90),
                f.east + (f.east - f.west) / 16,
                least(f.north + (f.north - f.south) / 16, 90),
                4490
            )
        from tile_frame(z, x, y, query) as f
    );
end
$$;

-- What a query picks, of which the kept counts know nothing, gathered by squares of a 32nd of the tile's side.
-- A point belongs to one tile only.
create or replace function tile_in_squares(
    z integer, x integer, y integer, query json, name text, points geometry[]
)
returns bytea
language plpgsql stable parallel safe
as $$
begin
    return (
        select st_asmvt(t, name, 4096, 'geom' order by t.geom)
        from (
            select
                count(*)::integer as count,
                tile_geom(st_setsrid(st_point(avg(p.lon), avg(p.lat)), 4490), f.square) as geom
            from tile_frame(z, x, y, query) as f
            cross join (
                select
                    st_x(g.geom) as lon,
                    st_y(g.geom) as lat
                from unnest(points) as g (geom)
            ) as p
            where p.lon >= f.west and p.lon < f.east and p.lat >= f.south and p.lat < f.north
            group by
                floor((p.lon - f.west) / (f.east - f.west) * 32),
                floor((p.lat - f.south) / (f.north - f.south) * 32),
                f.square
        ) as t
        where t.geom is not null
    );
end
$$;
