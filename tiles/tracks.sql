-- The tracks of workers, from zoom 12: of the two hours up to `now` and since, or in the time from `since` up to, and
-- without, `until`, of all or of the one whose `code` is asked for. A line joins the fixes of a worker's device
-- one after the other, an hour at most, and begins at the end of the one before; it breaks where it leaps: where
-- five minutes or a kilometre lie between two. Who may know every fix of a device's hour is drawn the lines that are
-- kept, and what is due or cut by the time from the fixes; of other hours, what he may know of the fixes. As
-- no leg is longer than a kilometre, none that meets the tile is missed.
create or replace function tile_tracks(z integer, x integer, y integer, query json default '{}')
returns bytea
language plpgsql stable parallel safe
-- The times asked for decide which way is the quick one.
set plan_cache_mode = force_custom_plan
as $$
declare
    earliest constant timestamptz := coalesce(
        (query ->> 'since')::timestamptz,
        coalesce((query ->> 'now')::timestamptz, now()) - interval '2 hours'
    );
    latest constant timestamptz := coalesce((query ->> 'until')::timestamptz, 'infinity');
    code_asked constant text := query ->> 'code';
    zoom constant integer := tile_zoom(z, query);
    around constant geometry := (
        select
            st_expand(
                f.reach,
                0.01 / cos(radians(least(greatest(abs(f.south), abs(f.north)), 89))),
                0.01
            )
        from tile_frame(z, x, y, query) as f
    );
    -- The same from an hour before on, as the index of lines has it.
    around_then constant geometry := st_setsrid(
        st_makeline(
            st_makepointm(st_xmin(around), st_ymin(around), extract(epoch from earliest) - 3600),
            st_makepointm(
                st_xmax(around), st_ymax(around), least(extract(epoch from latest), 1e12)
            )
        ),
        4490
    );
    knows_all constant boolean := reach_everywhere('track');
    knows_grids constant boolean := not knows_all and exists (select from reach_grids('track'));
begin
    if zoom < 12 then
        return '';
    end if;
    return (
        with due as (
            select
                d.device,
                d.hour_at,
                min(d.since) as since,
                bool_or(d.geom && around) as is_near
            from track_due as d
            where d.hour_at > earliest - interval '1 hour' and d.hour_at < latest
            group by d.device, d.hour_at
        ), near as materialized (
            select
                l.device,
                l.hour_at,
                l.worker_id,
                l.first_id,
                l.begins_at,
                l.ends_at,
                l.is_first,
                l.is_last,
                case when zoom = 12 then l.coarse else l.geom end as geom
            from track_line as l
            where
                l.geom &&& around_then
                and l.hour_at > earliest - interval '1 hour'
                and l.hour_at < latest
        ), part as (
            select
                t.device,
                t.hour_at,
                t.worker_id,
                false as is_by_fix,
                true as is_near
            from track_area as t
            where
                not knows_all
                and t.pieces &&& around_then
                and t.hour_at > earliest - interval '1 hour'
                and t.hour_at < latest
            union all
            -- Of what he knows by its grid alone no pieces are kept.
            select
                p.device,
                p.hour_at,
                p.worker_id,
                true as is_by_fix,
                true as is_near
            from track_part as p
            where
                knows_grids
                and p.geom &&& around_then
                and p.hour_at > earliest - interval '1 hour'
                and p.hour_at < latest
                and (p.area_id in (select reach_areas('track'))) is not true
            union all
            select
                p.device,
                p.hour_at,
                p.worker_id,
                true as is_by_fix,
                false as is_near
            from due as d
            inner join track_part as p on d.device = p.device and d.hour_at = p.hour_at
            where knows_grids and (p.area_id in (select reach_areas('track'))) is not true
        ), half as (
            -- Some fixes are there for him, but no line.
            select
                p.device,
                p.hour_at,
                bool_or(p.is_by_fix) as is_by_fix,
                bool_or(p.is_near) as is_near
            from part as p
            where
                not exists (
                    select from near as n
                    where n.device = p.device and n.hour_at = p.hour_at and n.worker_id = p.worker_id
                )
            group by p.device, p.hour_at
        ), made as (
            -- What is not drawn as it is kept.
            select
                device,
                hour_at,
                case when h.is_by_fix then hour_at else coalesce(d.since, 'infinity') end as since
            from due as d
            full join (
                select
                    n.device,
                    n.hour_at,
                    bool_or(n.begins_at < earliest or n.ends_at >= latest) as is_cut
                from near as n
                group by n.device, n.hour_at
            ) as n using (device, hour_at)
            full join half as h using (device, hour_at)
            where n.is_cut or h.is_near or d.is_near or (d.since is not null and n.device is not null)
        ), line as (
            select
                n.device,
                n.worker_id,
                n.first_id,
                n.begins_at,
                n.ends_at,
                n.is_first,
                n.is_last,
                n.geom
            from near as n
            where
                not exists (
                    select from made as m
                    where m.device = n.device and m.hour_at = n.hour_at
                )
            union all
            select
                l.device,
                l.worker_id,
                l.first_id,
                l.begins_at,
                l.ends_at,
                l.is_first,
                l.is_last,
                l.geom
            from (
                select
                    array_agg(m.device) as devices,
                    array_agg(m.hour_at) as hours,
                    array_agg(m.since) as sinces
                from made as m
            ) as m
            cross join lateral track_lines(m.devices, m.hours, m.sinces, earliest, latest) as l
        ), beside as (
            select
                n.first_id,
                n.worker_id,
                n.begins_at,
                n.ends_at,
                -- What lies between two that are no neighbours was too far away to be here.
                n.is_first and lag(n.is_last) over way as may_join,
                st_force2d(n.geom) as geom,
                st_startpoint(n.geom) as starts,
                lag(n.ends_at) over way as time_before,
                st_force2d(lag(st_endpoint(n.geom)) over way) as stop_before
            from line as n
            window way as (partition by n.worker_id, n.device order by n.begins_at)
        ), joined as (
            select
                b.first_id,
                b.worker_id,
                b.begins_at,
                b.ends_at,
                case
                    when
                        b.may_join
                        and not track_leaps(b.time_before, b.stop_before, b.begins_at, b.starts)
                        then st_addpoint(b.geom, b.stop_before, 0)
                    else b.geom
                end as geom
            from beside as b
            offset 0
        )

        select st_asmvt(t, 'tracks', 4096, 'geom', 'id' order by t.id)
        from (
            select
                d.id,
                d.code,
                d.name,
                d.kind,
                d.begins_at,
                d.ends_at,
                tile_line(d.drawn, d.tile) as geom
            from (
                select
                    j.first_id as id,
                    w.code,
                    w.name,
                    w.kind,
                    extract(epoch from j.begins_at)::bigint as begins_at,
                    extract(epoch from j.ends_at)::bigint as ends_at,
                    line_in_units(
                        st_simplify(j.geom, (f.east - f.west) / 4096 * 4, true), f.square
                    ) as drawn,
                    st_makeenvelope(-64, -64, 4160, 4160, st_srid(f.square)) as tile
                from tile_frame(z, x, y, query) as f
                inner join joined as j on j.geom && f.reach
                inner join worker as w on j.worker_id = w.id
                where code_asked is null or w.code = code_asked
                offset 0
            ) as d
            offset 0
        ) as t
        where not st_isempty(t.geom)
    );
end
$$;
