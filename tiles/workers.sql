-- Workers where they were last.
create or replace function tile_workers(z integer, x integer, y integer, query json default '{}')
returns bytea
language plpgsql stable parallel safe
as $$
begin
    return (
        select st_asmvt(t, 'workers', 4096, 'geom', 'id' order by t.id)
        from (
            select
                w.id,
                w.code,
                w.name,
                w.kind,
                extract(epoch from l.time)::bigint as time,
                tile_geom(l.geom, f.square) as geom
            from tile_frame(z, x, y, query) as f
            inner join last_position as l on l.geom && f.reach
            inner join worker as w on l.worker_id = w.id
            offset 0
        ) as t
        where t.geom is not null
    );
end
$$;
