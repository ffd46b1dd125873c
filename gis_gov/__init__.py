"""The map engine of grassroots governance on PostGIS."""

__version__ = "0.1.0"

OBJECTS_BEFORE_GARBAGE = 50_000
"""So many are made before Python looks for cycles, and not 700: an answer of thousands of rows made
it go through all that a process keeps, 0.1 s, for nothing."""
