"""Choose ports for servers that tests start."""

import random

from gis_gov.db.cluster_port import is_free

# Below the range from which a private PostGIS takes its port, and far below the one from which
# the kernel takes those of outgoing connections: a port that is free now is so when it is used.
# In an order of its own in each process, and none twice: test workers run side by side.
_PORTS = iter(random.SystemRandom().sample(range(10_000, 20_000), 10_000))


def unused_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on, and that was not returned before."""
    return next(port for port in _PORTS if is_free("127.0.0.1", port))
