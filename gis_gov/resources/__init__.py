"""Cameras, centres, POIs and workers; what is near a place."""
