"""Events and their class dictionaries."""
