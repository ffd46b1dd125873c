"""Pure functions on geometry: no database, no web. Storage CRS: EPSG:4490, x = longitude."""
