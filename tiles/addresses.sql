-- Standard addresses; gathered by cell below zoom 14.
create or replace function tile_addresses(z integer, x integer, y integer, query json default '{}')
returns bytea
language sql stable parallel safe
as $$
    select case
        when z < 14 then tile_clusters(z, x, y, 'addresses', array['addresses'], 'address')
        else (
            select st_asmvt(t, 'addresses', 4096, 'geom', 'id' order by t.id)
            from (
                select
                    a.id,
                    a.code,
                    a.full_text,
                    a.level,
                    1 as count,
                    tile_geom(a.geom, f.mercator) as geom
                from tile_frame(z, x, y) as f
                inner join address as a on a.geom && f.reach
                where a.valid_to is null
            ) as t
            where t.geom is not null
        )
    end
$$;
