insert into patrol_version (
    patrol_id, version, computed_at, begins_at, ends_at, fixes, rejected, mileage_m,
    valid_mileage_m, duration_s
)
select
    p.id,
    p.version,
    p.computed_at,
    p.begins_at,
    p.ends_at,
    p.fixes,
    p.rejected,
    p.mileage_m,
    p.valid_mileage_m,
    p.duration_s
from patrol as p
where p.id = %(id)s
