"""Where a request comes from: the one answer for the audit, the sessions and the rate limits."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from starlette.requests import HTTPConnection

from gis_gov.settings import Network

Address = IPv4Address | IPv6Address


def client_address(request: HTTPConnection) -> str | None:
    """Return the address of the client, None where the server knows none.

    Behind a proxy of `trusted_proxies` it is what that proxy says; anybody's word counts else
    nothing: `guards.proxies` has looked at the headers before.
    """
    found = _parsed(request.client.host) if request.client else None
    return None if found is None else str(found)


@lru_cache(maxsize=10_000)
def network_of(address: str | None) -> str:
    """Return what a rate limit counts as one: an IPv4 address, or a subscriber's IPv6 network."""
    found = _parsed(address or "")
    match found:
        case IPv6Address():
            return f"{IPv6Address(int(found) >> 64 << 64)}/64"
        case IPv4Address():
            return str(found)
        case _:
            return "unknown"


@lru_cache(maxsize=10_000)
def site_of(address: str | None) -> str | None:
    """Return the IPv6 network of which one may be given 65,536 of `network_of`; None for others."""
    found = _parsed(address or "")
    return f"{IPv6Address(int(found) >> 80 << 80)}/48" if isinstance(found, IPv6Address) else None


def is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    """Say whether an address is one of a proxy of ours."""
    found = _parsed(address)
    return found is not None and any(found in network for network in trusted)


def forwarded_client(peer: str, forwarded_for: str, trusted: Sequence[Network]) -> str:
    """Return the client that a trusted `peer` tells of in X-Forwarded-For.

    Each proxy writes at the end from whom it has a request, so that the last address that is none
    of our proxies' is the client; what stands before it, the client itself may have written.
    """
    client = peer
    for hop in reversed(forwarded_for.split(",")):
        if not is_trusted(client, trusted):
            break
        found = _parsed(_without_port(hop.strip()))
        if found is None:
            break
        client = str(found)
    return client


def _without_port(hop: str) -> str:
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop


@lru_cache(maxsize=10_000)
def _parsed(text: str) -> Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found
