"""A made-up day of workers and vehicles: what their phones tell, and what was true."""
