-- A vector tile of the grids in degrees, by the function that builds it.
select tile_grids(%(z)s, %(x)s, %(y)s, '{"matrix_set": "CGCS2000Quad"}')
