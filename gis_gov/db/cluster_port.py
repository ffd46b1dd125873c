"""Choose the loopback port of a private PostGIS, and remember it."""

import socket
from pathlib import Path


def free_port(remembered: Path) -> int:
    """Return the port in the file `remembered` if it is free, else another, noted there."""
    try:
        port = int(remembered.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        port = 0
    if not port or not is_free("127.0.0.1", port):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        remembered.write_text(f"{port}\n", encoding="utf-8")
    return port


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
