"""Heat maps by hexagon: counts, changes, hot spots and densities, in every form."""
