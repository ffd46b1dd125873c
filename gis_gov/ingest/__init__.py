"""Files in any format, datum and encoding to rows of the database, and a report."""
