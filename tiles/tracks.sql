-- The ways of workers, from zoom 12: of the last two hours, or in the time from `since` up to, and without,
-- `until`, of all or of the one whose `code` is asked for. A line joins the fixes of a worker's device
-- one after the other; it breaks where it leaps: where five minutes or a kilometre lie between two.
-- Which workers come near is read by place, their ways then by time, so that in each tile a line is
-- made of the same fixes; as no leg is longer than a kilometre, none that meets the tile is missed.
create or replace function tile_tracks(z integer, x integer, y integer, query json default '{}')
returns bytea
language plpgsql stable parallel safe
as $$
declare
    since constant timestamptz := coalesce(
        (query ->> 'since')::timestamptz, now() - interval '2 hours'
    );
    until constant timestamptz := coalesce((query ->> 'until')::timestamptz, 'infinity');
    code_asked constant text := query ->> 'code';
    around constant geometry := (
        select
            st_expand(
                f.reach,
                0.01 / cos(radians(least(greatest(abs(f.south), abs(f.north)), 89))),
                0.01
            )
        from tile_frame(z, x, y, query) as f
    );
    near bigint[];
begin
    if tile_zoom(z, query) < 12 then
        return '';
    end if;
    near := array(
        select distinct p.worker_id
        from position as p
        where
            p.geom && around
            and p.time >= since
            and p.time < until
            and p.worker_id is not null
            and (code_asked is null or p.worker_id in (select w.id from worker as w where w.code = code_asked))
    );
    return (
        with fix as (
            select
                p.id,
                p.worker_id,
                p.device,
                p.time,
                p.geom,
                p.lon,
                p.lat,
                lag(p.time) over way as time_before,
                lag(p.lon) over way as lon_before,
                lag(p.lat) over way as lat_before
            from (
                select
                    q.*,
                    st_x(q.geom) as lon,
                    st_y(q.geom) as lat
                from position as q
                where q.worker_id = any(near) and q.time >= since and q.time < until
            ) as p
            window way as (partition by p.worker_id, p.device order by p.time)
        ), numbered as (
            select
                n.*,
                -- As far as a kilometre goes the earth is flat: a distance on the sphere takes most of the
                -- time of a tile.
                count(*) filter (
                    where coalesce(
                        n.time - n.time_before > interval '5 minutes'
                        or (n.lat - n.lat_before) ^ 2
                        + ((n.lon - n.lon_before) * cos(radians(n.lat))) ^ 2
                        > (1000 / 111195.0) ^ 2,
                        true
                    )
                ) over (partition by n.worker_id, n.device order by n.time) as leg
            from fix as n
        ), line as (
            select
                n.worker_id,
                min(n.id) as id,
                min(n.time) as begins_at,
                max(n.time) as ends_at,
                st_makeline(n.geom order by n.time) as geom
            from numbered as n
            group by n.worker_id, n.device, n.leg
            having count(*) > 1
        )

        select st_asmvt(t, 'tracks', 4096, 'geom', 'id' order by t.id)
        from (
            select
                l.id,
                w.code,
                w.name,
                w.kind,
                extract(epoch from l.begins_at)::bigint as begins_at,
                extract(epoch from l.ends_at)::bigint as ends_at,
                tile_geom(
                    st_simplify(l.geom, (f.east - f.west) / 4096 * 4, true), f.square
                ) as geom
            from tile_frame(z, x, y, query) as f
            inner join line as l on l.geom && f.reach
            inner join worker as w on l.worker_id = w.id
            offset 0
        ) as t
        where t.geom is not null
    );
end
$$;
