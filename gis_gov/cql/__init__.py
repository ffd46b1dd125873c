"""CQL2 (OGC 21-065r2): a filter's text or JSON becomes a condition of a query."""
