-- Where enterprises of a `category` or `risk_class` are. (It is planned each time: which index serves hangs on how
-- much lies in the box, and with a plan for any it took a second far out.)
create or replace function tile_enterprise_points(around geometry, category_asked text, risk_asked text)
returns geometry[]
language plpgsql stable parallel safe
set plan_cache_mode = force_custom_plan
as $$
begin
    return array(
        select a.geom
        from address as a
        inner join enterprise as e on a.id = e.address_id
        where
            a.geom && around
            and (category_asked is null or e.category = category_asked)
            and (risk_asked is null or e.risk_class = risk_asked)
    );
end
$$;

-- Enterprises, at their address; gathered by cell below zoom 15, those of the query's `category` or `risk_class` by
-- squares, and at any zoom where there are more than 2,000.
create or replace function tile_enterprises(z integer, x integer, y integer, query json default '{}')
returns bytea
language plpgsql stable parallel safe
as $$
declare
    category_asked constant text := query ->> 'category';
    risk_asked constant text := query ->> 'risk_class';
    points geometry [];
begin
    if category_asked is not null or risk_asked is not null then
        points := tile_enterprise_points(tile_around(z, x, y, query), category_asked, risk_asked);
        if tile_zoom(z, query) < 15 or cardinality(points) > 2000 then
            return tile_in_squares(z, x, y, query, 'enterprises', points);
        end if;
    elsif tile_zoom(z, query) < 15 then
        return tile_clusters(z, x, y, query, 'enterprises', array['enterprises'], 'enterprise');
    end if;
    return (
        select st_asmvt(t, 'enterprises', 4096, 'geom', 'id' order by t.id)
        from (
            select
                e.id,
                e.code,
                e.name,
                e.category,
                e.risk_class,
                1 as count,
                tile_geom(a.geom, f.square) as geom
            from tile_frame(z, x, y, query) as f
            inner join address as a on a.geom && f.reach
            inner join enterprise as e on a.id = e.address_id
            where
                (category_asked is null or e.category = category_asked)
                and (risk_asked is null or e.risk_class = risk_asked)
            offset 0
        ) as t
        where t.geom is not null
    );
end
$$;
