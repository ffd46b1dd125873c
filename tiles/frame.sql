-- By which Web Mercator zoom a tile has about its size, whatever its matrix set: what is drawn how
-- hangs on it. Level 0 of CGCS2000Quad is two tiles of 180 degrees, as at zoom 1 of WebMercatorQuad.
create or replace function tile_zoom(z integer, query json)
returns integer
language sql immutable parallel safe
as $$ select z + (query ->> 'matrix_set' is not distinct from 'CGCS2000Quad')::integer $$;

-- What every layer needs of a tile: its square, in the CRS of its matrix set, and its reach (with the
-- margin that strokes and symbols need) and exact sides in EPSG:4490, so that the index on the column
-- serves; and where the boxes of counts begin whose middles may lie in it: no fine one is wider than a cell
-- of resolution 12, 24 m, and no coarse one than one of resolution 9 with all that is counted to it, less than
-- 500 m. (Computed here, since under row policies an index is not asked for a difference. Within half a degree
-- of the poles they are too narrow.)
-- The matrix set is the query's `matrix_set`: WebMercatorQuad, or CGCS2000Quad, which is the upper half of
-- a square of 360 degrees. It and the functions that ask for it are PL/pgSQL, whose plans a session keeps:
-- SQL functions are planned at each call, or, inlined, computed once a row.
drop function if exists tile_frame(integer, integer, integer);
drop function if exists tile_frame(integer, integer, integer, json);
create function tile_frame(z integer, x integer, y integer, query json default '{}')
returns table (
    square geometry,
    reach geometry,
    west double precision,
    south double precision,
    east double precision,
    north double precision,
    boxes_west double precision,
    boxes_south double precision,
    coarse_west double precision,
    coarse_south double precision
)
language plpgsql immutable strict parallel safe rows 1
as $$
declare
    zoom constant integer := tile_zoom(z, query);
    bounds constant geometry := case query ->> 'matrix_set'
        when 'CGCS2000Quad' then st_makeenvelope(-180, -270, 180, 90, 4490)
        else
            st_makeenvelope(
                -20037508.342789244, -20037508.342789244,
                20037508.342789244, 20037508.342789244, 3857
            )
    end;
    exact geometry;
    narrow double precision;
begin
    square := st_tileenvelope(zoom, x, y, bounds);
    exact := st_transform(square, 4490);
    reach := st_transform(st_tileenvelope(zoom, x, y, bounds, 64.0 / 4096), 4490);
    west := st_xmin(exact);
    south := st_ymin(exact);
    east := st_xmax(exact);
    north := st_ymax(exact);
    -- A tile has its western and southern edge; the last ones have the outer edge too, or what lies on the
    -- antimeridian or the pole would be in none.
    if east > 179.999999 then
        east := 180.000001;
    end if;
    if north > 89.999999 then
        north := 90.000001;
    end if;
    narrow := cos(radians(least(greatest(abs(south), abs(north)), 89)));
    boxes_west := west - 0.0003 / narrow;
    boxes_south := south - 0.0003;
    coarse_west := west - 0.006 / narrow;
    coarse_south := south - 0.006;
    return next;
end
$$;

-- A geometry as a tile has it, null where nothing of it is left. (It is inlined: a subquery of which those
-- that are not null are taken ends with `offset 0`, else each would be worked out twice.)
drop function if exists tile_geom(geometry, geometry);
create function tile_geom(geom geometry, square geometry)
returns geometry
language sql immutable parallel safe
as $$ select st_asmvtgeom(st_transform(geom, st_srid(square)), square, 4096, 64, true) $$;

-- A line in whole numbers from the tile's corner, and what a tile shows of it: maybe nothing, or an empty line.
-- (st_asmvtgeom leaves out a corner that lies between two that are alike, as is the end of a lane that somebody
-- went down and came back; and he may have gone nowhere else. Both are inlined, the second if what it is asked of
-- is a column.)
create or replace function line_in_units(line geometry, square geometry)
returns geometry
language sql immutable parallel safe
as $$
    select st_snaptogrid(
        st_affine(
            st_transform(line, st_srid(square)),
            4096 / (st_xmax(square) - st_xmin(square)),
            0,
            0,
            -4096 / (st_xmax(square) - st_xmin(square)),
            -4096 * st_xmin(square) / (st_xmax(square) - st_xmin(square)),
            4096 * st_ymax(square) / (st_xmax(square) - st_xmin(square))
        ),
        1
    )
$$;

create or replace function tile_line(drawn geometry, tile geometry)
returns geometry
language sql immutable parallel safe
as $$
    select case
        when drawn @ tile then drawn
        else st_snaptogrid(st_collectionextract(st_clipbybox2d(drawn, tile), 2), 1)
    end
$$;

-- What a tile shows of a polygon that is drawn in whole numbers from the tile's corner, null if it lies
-- beyond. What reaches a quarter of a tile beyond it at most stays whole: to cut it takes longer than to draw
-- it. What reaches farther is cut there, and so are all that share the border that is cut. (ST_Intersection
-- keeps corners on straight edges, where a third polygon may begin.)
create or replace function tile_cut(drawn geometry)
returns geometry
language plpgsql immutable parallel safe
as $$
declare
    tile constant geometry := st_makeenvelope(-64, -64, 4160, 4160);
    clip constant geometry := st_makeenvelope(-1024, -1024, 5120, 5120);
    cut geometry;
    shown geometry;
begin
    if tile ~ drawn then
        return drawn;
    end if;
    if not st_intersects(drawn, tile) then
        return null;
    end if;
    if clip ~ drawn then
        return drawn;
    end if;
    cut := st_collectionextract(st_intersection(drawn, clip), 3);
    shown := st_snaptogrid(cut, 1);
    if st_isempty(shown) then
        return null;
    end if;
    if st_isvalidreason(shown) = 'Valid Geometry' then
        return st_forcepolygonccw(shown);
    end if;
    return in_whole_numbers(cut);
end
$$;

-- A polygon of a coverage, whose neighbours have the same corners along their common border, and keep
-- them: each corner goes to the nearest point of a grid, alike for whomever it bounds and in whichever
-- tile. Below zoom 12 the grid is four units wide, half a pixel of a map. (st_asmvtgeom leaves out corners
-- by their order along the ring, which is another one on the other side, and those on straight edges,
-- at which a third may begin; it is asked only for what can't be mended otherwise.)
create or replace function tile_face(geom geometry, square geometry, zoom integer)
returns geometry
language sql immutable parallel safe
as $$
    select tile_cut(
        face_in_units(
            st_transform(geom, st_srid(square)),
            st_xmin(square),
            st_ymax(square),
            (st_xmax(square) - st_xmin(square)) / 4096,
            case when zoom < 12 then 4 else 1 end
        )
    )
$$;

-- The same of the kept outlines, up to zoom 12.
create or replace function tile_outlines(
    z integer, x integer, y integer, query json, kind_asked text
)
returns table (object_id bigint, geom geometry)
language plpgsql stable parallel safe
as $$
declare
    zoom_asked constant integer := tile_zoom(z, query);
    srid_asked constant integer := (select st_srid(f.square) from tile_frame(z, x, y, query) as f);
    west constant double precision := x * 4096;
    north constant double precision := y * 4096;
    clip constant geometry := st_makeenvelope(west - 64, north - 64, west + 4160, north + 4160);
begin
    return query
    select
        o.object_id,
        tile_cut(st_translate(o.geom, -west, -north)) as geom
    from outline as o
    where
        o.kind = kind_asked
        and o.srid = srid_asked
        and o.zoom = zoom_asked
        and o.geom && clip;
end
$$;

-- Resources of a kind of which a map needs no more than what and where: the layer of that name.
-- Below `single_zoom` they are gathered; so are, at any zoom, more than 2,000 of the query's `class`.
drop function if exists tile_resources(integer, integer, integer, text, text);
drop function if exists tile_resources(integer, integer, integer, json, text, text);
create or replace function tile_resources(
    z integer,
    x integer,
    y integer,
    query json,
    layer text,
    resource_kind text,
    single_zoom integer
)
returns bytea
language plpgsql stable parallel safe
as $$
declare
    class_asked constant text := query ->> 'class';
    around geometry;
    points geometry [];
begin
    if class_asked is not null then
        around := tile_around(z, x, y, query);
        points := array(
            select r.geom from resource as r
            where r.geom && around and r.kind = resource_kind and r.class = class_asked
        );
        if tile_zoom(z, query) < single_zoom or cardinality(points) > 2000 then
            return tile_in_squares(z, x, y, query, layer, points);
        end if;
    elsif tile_zoom(z, query) < single_zoom then
        return tile_clusters(z, x, y, query, layer, array[layer], 'resource');
    end if;
    return (
        select st_asmvt(t, layer, 4096, 'geom', 'id' order by t.id)
        from (
            select
                r.id,
                r.code,
                r.name,
                r.class,
                1 as count,
                tile_geom(r.geom, f.square) as geom
            from tile_frame(z, x, y, query) as f
            inner join resource as r on r.geom && f.reach
            where r.kind = resource_kind and (class_asked is null or r.class = class_asked)
            offset 0
        ) as t
        where t.geom is not null
    );
end
$$;
