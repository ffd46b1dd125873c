-- A vector tile of what the map page draws as points, by the functions that build it.
select
    tile_events(%(z)s, %(x)s, %(y)s)
    || tile_pois(%(z)s, %(x)s, %(y)s)
    || tile_cameras(%(z)s, %(x)s, %(y)s)
    || tile_centres(%(z)s, %(x)s, %(y)s)
    || tile_workers(%(z)s, %(x)s, %(y)s)
