"""Addresses on the web, and whether anybody between could read what goes there."""

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_safe_address(url: str) -> bool:
    """Say whether nobody between can read or change what goes there: TLS, or the same machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https":
        return bool(host)
    return parts.scheme == "http" and is_loopback(host)


def is_on_this_machine(url: str) -> bool:
    """Say whether an address, as a browser tells it, is a page of this machine, without TLS."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "http" and is_loopback(parts.hostname or "")


def is_loopback(host: str) -> bool:
    """Say whether a name or address is this machine's own."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def base_address(url: str) -> str:
    """Return an address to which a path or nothing is to be added.

    Raises:
        ValueError: it is not safe, or has more than a host and a path.

    """
    parts = urlsplit(url)
    if parts.username or parts.query or parts.fragment or not is_safe_address(url):
        raise ValueError("an https address is needed; http only on this machine")
    return url
