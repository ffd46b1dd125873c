"""Statistics by grid and area, by category and period, and in drawn polygons."""
