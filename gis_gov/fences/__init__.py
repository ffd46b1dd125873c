"""Geofences (电子围栏): drawn, kept with their versions, and what workers do by them."""
