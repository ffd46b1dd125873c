"""What was written, by whomever: read from the change log, in order and without a gap."""
