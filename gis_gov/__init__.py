"""The map engine of grassroots governance on PostGIS."""
