"""Which fixes of a worker can't be true: small handlers in order, each of which gives a reason."""
