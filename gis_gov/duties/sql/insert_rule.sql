insert into patrol_rule (
    code, version, name, level, area_id, object_kind, geom, patrol_kind, alternates, cadence,
    per_period, working_days, min_minutes, min_metres, min_interval_h, min_coverage, radius_m,
    only_near, in_order, max_speed_mps, is_own, workers_min, valid_from,
    without_stays
)
values (
    %(code)s, %(version)s, %(name)s, %(level)s, %(area_id)s, %(object_kind)s,
    st_multi(st_geomfromwkb(%(wkb)s, 4490)), %(patrol_kind)s, %(alternates)s, %(cadence)s,
    %(per_period)s, %(working_days)s, %(min_minutes)s, %(min_metres)s, %(min_interval_h)s,
    %(min_coverage)s, %(radius_m)s, %(only_near)s, %(in_order)s, %(max_speed_mps)s, %(is_own)s,
    %(workers_min)s, %(valid_from)s, %(without_stays)s
)
returning id
