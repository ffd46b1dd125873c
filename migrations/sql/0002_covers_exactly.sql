-- The matrix is compared here: given a pattern, PostGIS 3.5 answers wrongly once a statement asks
-- about the same point again (libgeos/geos#1275).
create or replace function covers_exactly(polygon geometry, point geometry) returns boolean
language sql immutable parallel safe
return
st_covers(polygon, point)
and (
    st_distance(st_boundary(polygon), point) > 1e-9
    or st_relate(polygon, point) like '______FF_'
);
