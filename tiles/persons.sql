-- How many persons live at an address: counts only, no person; gathered by cell below zoom 14.
create or replace function tile_persons(z integer, x integer, y integer, query json default '{}')
returns bytea
language sql stable parallel safe
as $$
    select case
        when z < 14 then tile_clusters(z, x, y, 'persons', array['persons'], 'person')
        else (
            select st_asmvt(t, 'persons', 4096, 'geom', 'id' order by t.id)
            from (
                select
                    a.id,
                    p.count,
                    tile_geom(a.geom, f.mercator) as geom
                from tile_frame(z, x, y) as f
                inner join address as a on a.geom && f.reach
                cross join lateral (
                    select count(*)::integer as count from person as p where p.address_id = a.id
                ) as p
                where p.count > 0
            ) as t
            where t.geom is not null
        )
    end
$$;
