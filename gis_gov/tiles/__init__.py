"""Vector tiles and the map style."""
