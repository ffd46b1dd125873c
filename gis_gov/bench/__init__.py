"""Measure the speed of a database and of the loader, side by side with others."""
