"""Heat maps, statistics and the kept counts beneath them."""
