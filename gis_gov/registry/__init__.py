"""Addresses, persons, houses and enterprises (人房企)."""
