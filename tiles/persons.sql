-- How many persons live at an address: counts only, no person; gathered by cell below zoom 14.
create or replace function tile_persons(z integer, x integer, y integer, query json default '{}')
returns bytea
language plpgsql stable parallel safe
as $$
begin
    if z < 14 then
        return tile_clusters(z, x, y, 'persons', array['persons'], 'person');
    end if;
    return (
        with placed as materialized (
            select
                a.id,
                tile_geom(a.geom, f.mercator) as geom
            from tile_frame(z, x, y) as f
            inner join address as a on a.geom && f.reach
        ), counted as (
            select
                p.address_id,
                count(*)::integer as count
            from person as p
            where p.address_id = any(array(select a.id from placed as a))
            group by p.address_id
        )

        select st_asmvt(t, 'persons', 4096, 'geom', 'id' order by t.id)
        from (
            select
                a.id,
                c.count,
                a.geom
            from placed as a
            inner join counted as c on a.id = c.address_id
        ) as t
        where t.geom is not null
    );
end
$$;
