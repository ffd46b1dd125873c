"""Signing in; accounts, their roles, and keys of machines."""
