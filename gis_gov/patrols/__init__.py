"""Positions of workers and devices."""
