"""Connections that stay open, and notice when the other end is gone."""

from typing import Final

from psycopg import conninfo

# A connection on which nothing is sent does not notice that the other end is gone: a failover, or a
# firewall that forgot it, would leave old rights alive for as long as the kernel asks nobody.
_WATCHED: Final = {
    "connect_timeout": "10",
    "keepalives": "1",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "25000",
}


def watched(url: str, name: str) -> str:
    """Return the connection string of `url` for a connection that is watched, under a name.

    What the URL says itself of watching goes before.
    """
    told = conninfo.conninfo_to_dict(url)
    return conninfo.make_conninfo("", **(_WATCHED | told | {"application_name": name}))
