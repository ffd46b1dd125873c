"""Administrative areas and grids."""
