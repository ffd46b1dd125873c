"""OGC API: the collections of all features, as standard clients read them."""
