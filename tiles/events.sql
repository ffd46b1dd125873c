-- Events by class, state and level; gathered by cell below zoom 12.
create or replace function tile_events(z integer, x integer, y integer, query json default '{}')
returns bytea
language sql stable parallel safe
as $$
    select case
        when z < 12 then tile_clusters(z, x, y, 'events', array['events'], 'event')
        else (
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
                    tile_geom(e.geom, f.mercator) as geom
                from tile_frame(z, x, y) as f
                inner join event as e on e.geom && f.reach
                left join event_class as c on e.class_id = c.id
            ) as t
            where t.geom is not null
        )
    end
$$;
