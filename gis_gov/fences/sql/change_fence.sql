update fence
set
    name = %(name)s,
    of_grid_id = %(of_grid_id)s,
    of_area_id = %(of_area_id)s,
    geom = st_geomfromwkb(%(wkb)s, 4490),
    width_m = %(width_m)s,
    tells = %(tells)s::text[],
    dwell_s = %(dwell_s)s,
    hysteresis_m = %(hysteresis_m)s,
    windows = %(windows)s::jsonb,
    valid_from = %(valid_from)s,
    valid_to = %(valid_to)s,
    for_area_id = %(for_area_id)s,
    for_workers = %(for_workers)s::bigint[],
    away_s = %(away_s)s,
    alone_s = %(alone_s)s,
    near_m = %(near_m)s,
    near_s = %(near_s)s,
    is_active = %(is_active)s
where code = %(code)s and retired_at is null
