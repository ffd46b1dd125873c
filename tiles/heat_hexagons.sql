-- The hexagons of a heat map, each with its whole count in every tile that it meets: those of a `layer` of
-- the query, counted here, or those that the query brings along.

-- The resolution of which some 24 hexagons fill a tile's side: one zoom halves the side, one resolution divides
-- by √7. Who does not know where each person lives whom he reads gets hexagons about as large as a grid.
create or replace function tile_hexagon_resolution(z integer, query json)
returns integer
language plpgsql stable parallel safe
as $$
declare
    fitting constant integer := least(12, floor(0.2924 + 0.71241 * tile_zoom(z, query)));
begin
    if
        query ->> 'layer' = 'persons'
        and reach_of('place') is distinct from reach_of('person')
        and not reach_everywhere('place')
    then
        return least(fitting, 9);
    end if;
    return fitting;
end
$$;

-- The kept counts that a layer of heat maps is made of.
create or replace function tile_counts_of_heat(layer text)
returns text[]
language plpgsql stable parallel safe
as $$
begin
    return case layer
        when 'persons' then tile_layers_of_persons()
        when 'houses' then array['buildings', 'dwellings']
        when 'buildings' then array['buildings']
        when 'dwellings' then array['dwellings']
        when 'enterprises' then array['enterprises']
        when 'addresses' then array['public_addresses', 'room_addresses']
        when 'cameras' then array['plain_cameras', 'face_cameras']
        when 'centres' then array['centres']
        when 'pois' then array['pois']
        when 'events' then array['events']
    end;
end
$$;

-- Where a hexagon is that nobody has drawn yet, about.
create or replace function tile_hexagon_about(
    lon double precision, lat double precision, resolution integer
)
returns geometry
language sql immutable parallel safe
as $$
    select st_setsrid(
        st_makepolygon(st_makeline(array(
            select st_point(
                lon + e.edge / greatest(cosd(lat), 0.01) * cosd(n * 60 % 360),
                lat + e.edge * sind(n * 60 % 360)
            )
            from generate_series(0, 6) as n
            order by n
        ))),
        4490
    )
    from (select 11.52 * power(7, -resolution / 2.0)) as e (edge)
$$;

-- What is counted in the hexagons that may meet a tile, and whether it may be told exactly: what is personal
-- only to who reads each thing, or his number would be another than the one that our routes tell with noise (whose
-- secret the database does not have). Which rows there are to count is for their policies; of who may read some
-- classes, or departments, what he reads is counted where not all is open to him (persons by class, events there
-- and then), as /heatmap does.
create or replace function tile_hexagon_counts(
    z integer, x integer, y integer, query json, layers text[], kind text, resolution integer
)
returns table (
    cell bigint, count bigint, is_exact boolean, lon double precision, lat double precision
)
language plpgsql stable parallel safe rows 100
as $$
#variable_conflict use_column
declare
    is_far constant boolean := tile_zoom(z, query) < 11;
    is_coarse constant boolean := resolution <= 9;
    is_personal constant boolean := layers && array['persons', 'dwellings', 'room_addresses'];
    read_by constant text := case kind when 'address' then 'room' else kind end;
    -- Twice as wide as any hexagon: how far beyond the tile lies what is counted in one that meets it.
    margin constant double precision := 46.1 * power(7, -resolution / 2.0);
    wide geometry;
    reached geometry;
begin
    select
        st_expand(
            f.reach,
            margin / cos(radians(least(greatest(abs(f.south), abs(f.north)) + margin, 85))),
            margin
        )
    into wide
    from tile_frame(z, x, y, query) as f;
    -- On the antimeridian a hexagon is on both ends of the map, at the poles on all sides.
    reached := case
        when wide @ st_makeenvelope(-180, -85, 180, 85, 4490) then wide
        else st_makeenvelope(-180, -90, 180, 90, 4490)
    end;
    return query
    select
        cell_parent(c.cell, resolution) as cell,
        sum(c.count)::bigint as count,
        bool_and(not is_personal or w.is_of_some or w.is_read) as is_exact,
        sum((c.west + c.east) / 2 * c.count) / sum(c.count) as lon,
        sum((c.south + c.north) / 2 * c.count) / sum(c.count) as lat
    from (
        select
            t.layer, t.grid_id, t.area_id, t.cell, t.count, t.west, t.south, t.east, t.north
        from tally as t
        where
            not is_coarse
            and t.layer = any(layers)
            and t.west between st_xmin(reached) and st_xmax(reached)
            and t.south between st_ymin(reached) and st_ymax(reached)
        union all
        select
            t.layer, t.grid_id, t.area_id, t.cell, t.count, t.west, t.south, t.east, t.north
        from coarse_tally as t
        where
            is_coarse
            and not is_far
            and t.layer = any(layers)
            and t.west between st_xmin(reached) and st_xmax(reached)
            and t.south between st_ymin(reached) and st_ymax(reached)
        union all
        select
            t.layer, t.grid_id, t.area_id, t.cell, t.count, t.west, t.south, t.east, t.north
        from coarse_tally as t
        where is_coarse and is_far and t.layer = any(layers)
        union all
        select
            'events_of_some' as layer,
            coalesce(e.grid_id, 0) as grid_id,
            coalesce(e.area_id, 0) as area_id,
            coalesce(e.cell, 0) as cell,
            1 as count,
            st_x(e.geom) as west,
            st_y(e.geom) as south,
            st_x(e.geom) as east,
            st_y(e.geom) as north
        from event as e
        where
            kind = 'event'
            and (select reach_of('event') -> 'of' <> '{}')
            and e.geom && reached
    ) as c
    cross join lateral (
        select
            c.layer like 'persons\_%' or c.layer = 'events_of_some' as is_of_some,
            (
                (select reach_everywhere('count_' || kind))
                or c.area_id in (select reach_areas('count_' || kind))
                or c.grid_id in (select reach_grids('count_' || kind))
            ) as is_counted,
            (
                (select reach_everywhere(read_by))
                or c.area_id in (select reach_areas(read_by))
                or c.grid_id in (select reach_grids(read_by))
            )
            and (
                (select reach_everywhere('address'))
                or c.area_id in (select reach_areas('address'))
                or c.grid_id in (select reach_grids('address'))
            ) as is_read,
            (
                kind <> 'person'
                or (select reach_everywhere('address'))
                or c.area_id in (select reach_areas('address'))
                or c.grid_id in (select reach_grids('address'))
            ) as is_placed
    ) as w
    where
        c.count > 0
        and c.cell <> 0
        and (not w.is_of_some or (w.is_placed and not w.is_counted))
    group by cell_parent(c.cell, resolution);
end
$$;

-- The hexagons of a layer, counted from what is kept. One that nobody has drawn yet is drawn where its things
-- are, about; so is, without a `cell`, what others wrote a moment ago and has none.
create or replace function tile_counted_hexagons(z integer, x integer, y integer, query json)
returns bytea
language plpgsql stable parallel safe
as $$
declare
    resolution constant integer := tile_hexagon_resolution(z, query);
    layers constant text[] := tile_counts_of_heat(query ->> 'layer');
    kind constant text := case query ->> 'layer'
        when 'persons' then 'person'
        when 'houses' then 'house'
        when 'buildings' then 'house'
        when 'dwellings' then 'house'
        when 'enterprises' then 'enterprise'
        when 'addresses' then 'address'
        when 'events' then 'event'
        else 'resource'
    end;
    knows_places constant boolean := kind <> 'person'
    or reach_everywhere('place')
    or reach_of('place') is not distinct from reach_of('person');
begin
    if layers is null then
        raise invalid_parameter_value
        using message = format('%s are not counted by hexagon', query ->> 'layer');
    end if;
    return (
        select st_asmvt(t, 'heatmap', 4096, 'geom' order by t.cell, t.geom)
        from (
            select
                to_hex(n.cell) as cell,
                case when n.is_exact then n.count end as count,
                null::double precision as weight,
                case when not n.is_exact then true end as withheld,
                tile_geom(
                    coalesce(n.geom, tile_hexagon_about(n.lon, n.lat, resolution)), f.square
                ) as geom
            from tile_frame(z, x, y, query) as f
            cross join (
                select c.cell, c.count, c.is_exact, c.lon, c.lat, h.geom
                from tile_hexagon_counts(z, x, y, query, layers, kind, resolution) as c
                left join hexagon as h on c.cell = h.cell
                union all
                select null, o.count, true, o.lon, o.lat, null
                from tile_counts_without_cell(z, x, y, query, layers, kind) as o
                where knows_places
            ) as n
            offset 0
        ) as t
        where t.geom is not null
    );
end
$$;

-- With `hexagons` those of an array of `cell`, `count` (null: withheld), `weight` (null: nothing was
-- weighed) and `shape` (WKB as hexadecimal digits, EPSG:4490). So our routes ask, who tell of hexagons by the
-- threshold and its noise, too.
create or replace function tile_heat_hexagons(z integer, x integer, y integer, query json default '{}')
returns bytea
language plpgsql stable parallel safe
as $$
begin
    if json_typeof(query -> 'hexagons') is distinct from 'array' then
        return case
            when query ->> 'layer' is null then ''
            else tile_counted_hexagons(z, x, y, query)
        end;
    end if;
    return (
        select st_asmvt(t, 'heatmap', 4096, 'geom' order by t.cell)
        from (
            select
                h.cell,
                h.count,
                h.weight,
                case when h.count is null then true end as withheld,
                tile_geom(st_geomfromwkb(decode(h.shape, 'hex'), 4490), f.square) as geom
            from tile_frame(z, x, y, query) as f
            cross join json_to_recordset(query -> 'hexagons') as h (
                cell text, count bigint, weight double precision, shape text
            )
            offset 0
        ) as t
        where t.geom is not null
    );
end
$$;
