-- Cameras, with the direction they face; gathered by cell below zoom 13, those of the query's `class` by squares,
-- and at any zoom where there are more than 2,000.
create or replace function tile_cameras(z integer, x integer, y integer, query json default '{}')
returns bytea
language plpgsql stable parallel safe
as $$
declare
    class_asked constant text := query ->> 'class';
    around geometry;
    points geometry [];
begin
    if class_asked is not null then
        around := tile_around(z, x, y, query);
        points := array(
            select r.geom from resource as r
            where r.geom && around and r.kind = 'camera' and r.class = class_asked
        );
        if tile_zoom(z, query) < 13 or cardinality(points) > 2000 then
            return tile_in_squares(z, x, y, query, 'cameras', points);
        end if;
    elsif tile_zoom(z, query) < 13 then
        return tile_clusters(
            z, x, y, query, 'cameras', array['plain_cameras', 'face_cameras'], 'resource'
        );
    end if;
    return (
        select st_asmvt(t, 'cameras', 4096, 'geom', 'id' order by t.id)
        from (
            select
                r.id,
                r.code,
                r.name,
                r.class,
                r.owner,
                r.azimuth_deg,
                r.field_of_view_deg,
                r.range_m,
                1 as count,
                tile_geom(r.geom, f.square) as geom
            from tile_frame(z, x, y, query) as f
            inner join resource as r on r.geom && f.reach
            where r.kind = 'camera' and (class_asked is null or r.class = class_asked)
            offset 0
        ) as t
        where t.geom is not null
    );
end
$$;
