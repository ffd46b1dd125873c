"""Geofences (电子围栏): who came into which area, left it, passed through it, and when."""
