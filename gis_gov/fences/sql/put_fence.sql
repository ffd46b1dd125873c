insert into fence (
    code, name, of_grid_id, of_area_id, geom, width_m, tells, dwell_s, hysteresis_m, windows, valid_from,
    valid_to, for_area_id, for_workers, away_s, alone_s, near_m, near_s, is_active
) values (
    %(code)s, %(name)s, %(of_grid_id)s, %(of_area_id)s, st_geomfromwkb(%(wkb)s, 4490), %(width_m)s,
    %(tells)s::text[], %(dwell_s)s, %(hysteresis_m)s, %(windows)s::jsonb, %(valid_from)s,
    %(valid_to)s, %(for_area_id)s, %(for_workers)s::bigint[], %(away_s)s, %(alone_s)s, %(near_m)s,
    %(near_s)s, %(is_active)s
)
