-- How far two geometries lie apart on the ellipsoid, in metres; edges are straight in degrees, as a grid's
-- are. What PostGIS tells of geographies is the distance to the place that is nearest on a sphere, up to
-- 0.3 % more, and its edges are great circles.
--
-- Which places are nearest is looked for where degrees are scaled as on the ground half-way between them, and
-- between those two the geodesic is measured: what their choice is wrong by counts in its square.
create function distance_m(one geometry, other geometry) returns double precision
language plpgsql immutable strict parallel safe
as $$
declare
    flatness constant double precision := 0.00669438002290; -- e2 of GRS 80
    latitude double precision := (st_ymin(one) + st_ymax(one)) / 2;
    narrow double precision; -- a degree of longitude by one of latitude
    way geometry;
begin
    if st_isempty(one) or st_isempty(other) then
        return 'infinity';
    end if;
    if
        -- Places, of which one is nearest; or over the antimeridian, where degrees are no plane.
        (geometrytype(one) = 'POINT' and geometrytype(other) = 'POINT')
        or greatest(st_xmax(one), st_xmax(other)) - least(st_xmin(one), st_xmin(other)) > 180
    then
        return st_distance(one::geography, other::geography);
    end if;
    if st_intersects(one, other) then
        return 0;
    end if;
    for step in 1..3 loop
        narrow := greatest(cos(radians(latitude)), 1e-6)
            * (1 - flatness * sin(radians(latitude)) ^ 2) / (1 - flatness);
        way := st_scale(
            st_shortestline(st_scale(one, narrow, 1), st_scale(other, narrow, 1)), 1 / narrow, 1
        );
        latitude := (st_ymin(way) + st_ymax(way)) / 2;
    end loop;
    return st_distance(st_startpoint(way)::geography, st_endpoint(way)::geography);
end
$$;
comment on function distance_m is 'Metres between two geometries on the ellipsoid; edges are straight in degrees.';
