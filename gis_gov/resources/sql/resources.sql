-- Resources that are somewhere, all or by id, for what is kept of them in memory.
select
    r.id,
    r.kind,
    r.code,
    r.name,
    r.class as resource_class,
    r.owner as resource_owner,
    r.azimuth_deg,
    r.field_of_view_deg,
    r.range_m,
    r.area_id,
    r.grid_id,
    st_x(r.geom) as lon,
    st_y(r.geom) as lat
from resource as r
where
    not st_isempty(r.geom)
    and (%(ids)s::bigint[] is null or r.id = any(%(ids)s::bigint[]))
