"""`gis-gov migrate`."""

from psycopg import errors

from gis_gov.access.entry import Entry
from gis_gov.cli.database import keys_of, server
from gis_gov.cli.messages import CommandError, say
from gis_gov.cli.options import Home, settings_from
from gis_gov.cli.record import record
from gis_gov.db import migrate as steps
from gis_gov.db.cluster import Cluster
from gis_gov.db.cluster_roles import make_missing_server_role


def migrate(home: Home = None) -> None:
    """Bring the database to the newest schema.

    The role that GIS_GOV_SERVER_DATABASE_URL logs in by is made, too, if it is not there.

    Example: GIS_GOV_DATABASE_URL=postgresql://me@db.example/gis gis-gov migrate
    """
    settings = settings_from(home=home)
    with server(settings, "migrate", make=True) as url:
        if settings.database_url is None:
            Cluster(settings.home).ensure_database()
        steps.migrate(url, lambda: keys_of(settings))
        record(settings, url, Entry("schema.migrate", "ok"))
        if settings.database_url is not None and settings.server_database_url is not None:
            _make_server_role(url, settings.server_database_url)
    say("the schema is the newest")


def _make_server_role(url: str, server_url: str) -> None:
    try:
        made = make_missing_server_role(url, server_url)
    except errors.InsufficientPrivilege:
        raise CommandError(
            "the owner of the database may make no role for the server; let an administrator do it"
            " (docs/operations.md)"
        ) from None
    if made:
        say("the server's role is made")
