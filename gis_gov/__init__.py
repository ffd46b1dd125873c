"""The map engine of grassroots governance on PostGIS."""

__version__ = "0.1.0"
