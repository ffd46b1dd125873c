-- Events of some states, levels, classes or time.

-- Events that the query picks: of its `state`, `level` and `class_code`, and of which there was one from `since` up to
-- `until`. Below zoom 12, and where there are more than 2,000, they are gathered by squares. Below zoom 12, and of
-- many up to zoom 15 (of a class 13), that is by the kept counts, if these tell just what he reads, of any time.
-- (It is planned each time: which index serves hangs on what is asked.)
create or replace function tile_events_picked(z integer, x integer, y integer, query json)
returns bytea
language plpgsql stable parallel safe
set plan_cache_mode = force_custom_plan
as $$
declare
    state_asked constant text := query ->> 'state';
    level_asked constant text := query ->> 'level';
    is_of_class constant boolean := query ->> 'class_code' is not null;
    classes_asked constant bigint [] := array(
        select c.id from event_class as c where c.code = query ->> 'class_code'
    );
    since_asked constant timestamptz := query ->> 'since';
    until_asked constant timestamptz := query ->> 'until';
    around constant geometry := tile_around(z, x, y, query);
    zoom constant integer := tile_zoom(z, query);
    picked bigint [];
begin
    if
        zoom < (case when is_of_class then 14 else 16 end)
        and num_nonnulls(since_asked, until_asked) = 0
        and tile_events_are_counted()
    then
        if zoom < 12 or tile_events_are_many(query, 20000) then
            return tile_event_clusters(z, x, y, query, 'kept');
        end if;
    end if;
    if zoom >= 12 then
        picked := array(
            select p.id
            from (
                select e.id, e.state, e.level, e.class_id, e.reported_at
                from event as e
                where
                    since_asked is null
                    and state_asked <> 'closed'
                    and e.state <> 'closed'
                    and e.geom && around
                union all
                select e.id, e.state, e.level, e.class_id, e.reported_at
                from event as e
                where
                    since_asked is null
                    and coalesce(state_asked, 'closed') = 'closed'
                    and e.geom && around
                union all
                -- As in `tile_event_squares`.
                select e.id, e.state, e.level, e.class_id, e.reported_at
                from event as e
                where since_asked is not null and e.closed_at is null and e.geom && around
                union all
                select e.id, e.state, e.level, e.class_id, e.reported_at
                from event as e
                where e.closed_at >= since_asked and e.geom && around
            ) as p
            where
                (state_asked is null or p.state = state_asked)
                and (level_asked is null or p.level = level_asked)
                and (not is_of_class or p.class_id = any(classes_asked))
                and (until_asked is null or p.reported_at < until_asked)
            limit 2001
        );
    end if;
    if zoom < 12 or cardinality(picked) > 2000 then
        return tile_event_clusters(z, x, y, query, 'singly');
    end if;
    return (
        select st_asmvt(t, 'events', 4096, 'geom', 'id' order by t.id)
        from (
            select
                e.id,
                e.code,
                e.title,
                e.state,
                e.level,
                c.code as class_code,
                c.name as class_name,
                extract(epoch from e.reported_at)::bigint as reported_at,
                1 as count,
                tile_geom(e.geom, f.square) as geom
            from tile_frame(z, x, y, query) as f
            cross join event as e
            left join event_class as c on e.class_id = c.id
            where e.id = any(picked)
            offset 0
        ) as t
        where t.geom is not null
    );
end
$$;
