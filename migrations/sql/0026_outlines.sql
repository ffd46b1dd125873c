-- The outlines of areas and grids as the tiles of each zoom up to 12 draw them: at these a tile has
-- hundreds and thousands, and to transform, snap and check each anew takes most of the tile's time.

-- Something that whole numbers can't bound as it is, bounded by some that are near.
create function in_whole_numbers(drawn geometry)
returns geometry
language plpgsql immutable parallel safe
as $$
declare
    west constant double precision := floor(st_xmin(drawn));
    top constant double precision := ceil(st_ymax(drawn));
    side constant integer := greatest(
        ceil(st_xmax(drawn)) - west, top - floor(st_ymin(drawn)), 1
    );
begin
    return st_forcepolygonccw(st_affine(
        st_asmvtgeom(
            drawn,
            st_makebox2d(st_point(west, top - side), st_point(west + side, top)),
            side, 0, false
        ),
        1, 0, 0, -1, west, top
    ));
end
$$;

-- A polygon of a coverage in units of a tile from a corner of it, downwards: each of its corners goes to
-- the nearest point of a grid that is `step` units wide, alike for whomever it bounds. Null where
-- nothing is left of it.
create function face_in_units(
    geom geometry, west double precision, north double precision, unit double precision, step integer
)
returns geometry
language plpgsql immutable parallel safe
as $$
declare
    -- Whole numbers: what lies on a line does so exactly.
    drawn geometry := st_setsrid(
        st_snaptogrid(
            st_affine(
                st_snaptogrid(geom, west, north, unit * step, unit * step),
                1 / unit, 0, 0, -1 / unit, -west / unit, north / unit
            ),
            1
        ),
        0
    );
    mended geometry;
begin
    if st_isvalidreason(drawn) = 'Valid Geometry' then
        return case when not st_isempty(drawn) then st_forcepolygonccw(drawn) end;
    end if;
    mended := st_collectionextract(st_makevalid(drawn, 'method=structure'), 3);
    drawn := st_snaptogrid(mended, 1);
    if st_isempty(drawn) then
        return null;
    end if;
    if st_isvalidreason(drawn) = 'Valid Geometry' then
        return st_forcepolygonccw(drawn);
    end if;
    return in_whole_numbers(mended);
end
$$;

-- A face in both matrix sets at each zoom from one on, in units of the zoom's tiles from the corner of
-- the whole matrix. CGCS2000Quad is the upper half of a square of 360 degrees.
create function outlines_of(face geometry, first_zoom integer)
returns table (srid integer, zoom integer, drawn geometry)
language sql immutable parallel safe
as $$
    select
        w.srid,
        z.zoom,
        face_in_units(
            w.geom, w.west, w.north, w.width / (4096 * 2 ^ z.zoom), case when z.zoom < 12 then 4 else 1 end
        ) as drawn
    from (
        values
        (
            3857, st_transform(face, 3857), -20037508.342789244, 20037508.342789244, 40075016.685578488
        ),
        (4490, face, -180, 90, 360)
    ) as w (srid, geom, west, north, width)
    cross join generate_series(first_zoom, 12) as z (zoom)
    where st_ymin(face) > -89 and st_ymax(face) < 89
$$;

create table outline (
    kind text collate "C" not null,
    object_id bigint not null,
    srid integer not null,
    zoom integer not null,
    geom geometry not null,
    constraint outline_pkey primary key (kind, object_id, srid, zoom)
);

comment on table outline is
'Areas and grids as the tiles of a zoom draw them, in units of a tile; kept by triggers.';

create index outline_geom_idx on outline using gist (geom);

insert into outline (kind, object_id, srid, zoom, geom)
select
    'area' as kind,
    a.id as object_id,
    o.srid,
    o.zoom,
    o.drawn
from area as a
cross join lateral outlines_of(a.geom, 0) as o
where a.valid_to is null and o.drawn is not null
union all
select
    'grid' as kind,
    g.id as object_id,
    o.srid,
    o.zoom,
    o.drawn
from grid as g
cross join lateral outlines_of(
    g.geom, case g.layer when 'micro' then 12 when 'second' then 11 else 10 end
) as o
where g.valid_to is null and o.drawn is not null;

analyze outline;

-- Kept by triggers, whoever writes. The argument is the zoom from which a row is drawn.
create function keep_outlines() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    -- What draws a row: one of which none of it changes keeps its outlines.
    told constant text := format('%%1$s.geom::bytea, %%1$s.valid_to is null, %s', tg_argv[0]);
    differs text := '';
begin
    if tg_op = 'TRUNCATE' then
        delete from outline as o where o.kind = tg_table_name;
        return null;
    end if;
    if tg_op = 'UPDATE' then
        differs := format(
            ' and (%s) is distinct from (%s)', format(told, 'was'), format(told, 'r')
        );
    end if;
    if tg_op <> 'INSERT' then
        execute format(
            'delete from outline as o using old_rows as was %s where o.kind = %L and o.object_id = was.id %s',
            case when tg_op = 'UPDATE' then 'inner join new_rows as r on was.id = r.id' end,
            tg_table_name, differs
        );
    end if;
    if tg_op <> 'DELETE' then
        execute format(
            'insert into outline (kind, object_id, srid, zoom, geom)'
            ' select %L, r.id, o.srid, o.zoom, o.drawn from new_rows as r %s'
            ' cross join lateral outlines_of(r.geom, %s) as o'
            ' where r.valid_to is null and o.drawn is not null %s',
            tg_table_name,
            case when tg_op = 'UPDATE' then 'inner join old_rows as was on r.id = was.id' end,
            format(tg_argv[0], 'r'), differs
        );
    end if;
    return null;
end
$$;

revoke execute on function keep_outlines() from public;

do $$
declare
    kept record;
begin
    for kept in
        select *
        from
            (values
                ('area', '0'),
                ('grid', 'case %1$s.layer when ''micro'' then 12 when ''second'' then 11 else 10 end')
            ) as t (name, first_zoom)
        cross join
            (values
                ('insert', 'referencing new table as new_rows'),
                ('update', 'referencing old table as old_rows new table as new_rows'),
                ('delete', 'referencing old table as old_rows'),
                ('truncate', '')
            ) as e (event, transition)
    loop
        execute format(
            'create trigger %1$s_outline_%2$s after %2$s on %1$s %3$s'
            ' for each statement execute function keep_outlines(%4$L)',
            kept.name, kept.event, kept.transition, kept.first_zoom
        );
    end loop;
end
$$;

grant select on outline to gis_gov_app;

-- Tiles read the events that are not closed, and those that have no cell, without the closed ones, of which
-- there are hundreds of times as many.
create index event_unclosed_idx on event using gist (geom)
where state <> 'closed' or coalesce(cell, 0) = 0;
