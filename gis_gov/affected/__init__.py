"""Who lives in a drawn shape, as of an outage, and the workers of its grids."""
