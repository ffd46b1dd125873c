"""`gis-gov migrate`."""

from gis_gov.access.entry import Entry
from gis_gov.cli.database import keys_of, server
from gis_gov.cli.messages import say
from gis_gov.cli.options import Home, settings_from
from gis_gov.cli.record import record
from gis_gov.db import migrate as steps
from gis_gov.db.cluster import Cluster


def migrate(home: Home = None) -> None:
    """Bring the database to the newest schema.

    Example: GIS_GOV_DATABASE_URL=postgresql://me@db.example/gis gis-gov migrate
    """
    settings = settings_from(home=home)
    with server(settings, "migrate", make=True) as url:
        if settings.database_url is None:
            Cluster(settings.home).ensure_database()
        steps.migrate(url, lambda: keys_of(settings))
        record(settings, url, Entry("schema.migrate", "ok"))
    say("the schema is the newest")
