"""Choose the loopback port of a private PostGIS, and remember it."""

import secrets
import socket
from pathlib import Path

# Below 32768: from there on, Linux takes ports for outgoing connections, so that a port which is
# free now may be somebody's at the next start.
_PORTS = range(20_000, 32_000)


def free_port(remembered: Path) -> int:
    """Return the port in the file `remembered` if it is free, else another, noted there."""
    try:
        port = int(remembered.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        port = 0
    if not port or not is_free("127.0.0.1", port):
        port = next(port for port in iter(_any_port, None) if is_free("127.0.0.1", port))
        remembered.write_text(f"{port}\n", encoding="utf-8")
    return port


def _any_port() -> int:
    return secrets.choice(_PORTS)


def is_free(host: str, port: int) -> bool:
    """Say whether a server could listen on the port now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True
