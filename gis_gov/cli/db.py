"""`gis-gov db`: the database itself, an outside one or the home's."""

import signal
import subprocess
from pathlib import Path
from typing import Annotated

import typer

from gis_gov.access.entry import Entry
from gis_gov.cli.database import STAYS_UP, database, keys_of, server
from gis_gov.cli.messages import CommandError, say
from gis_gov.cli.options import Home, settings_from
from gis_gov.cli.record import record, record_restore
from gis_gov.db.client import client_environment
from gis_gov.db.cluster import Cluster
from gis_gov.db.cluster_lock import HomeHeldError, hold
from gis_gov.db.cluster_programs import find_client
from gis_gov.settings import Settings

app = typer.Typer(
    help="Start, stop, look at, back up and restore the database.\n\nExample: gis-gov db status"
)

File = Annotated[Path, typer.Argument(help="File of the backup.", metavar="FILE", dir_okay=False)]


@app.command()
def start(home: Home = None) -> None:
    """Start the home's PostGIS, and leave it running.

    Example: gis-gov db start --home ~/panyu
    """
    cluster = _own_cluster(home)
    try:
        cluster.prepare()
        with hold(cluster.home, "db start"):
            cluster.init()
            cluster.start(outlives=True)
            cluster.ensure_database()
    except HomeHeldError as error:
        if error.command not in STAYS_UP:
            raise
    say(_described(cluster))


@app.command()
def stop(home: Home = None) -> None:
    """Stop the home's PostGIS.

    Example: gis-gov db stop --home ~/panyu
    """
    cluster = _own_cluster(home)
    if cluster.home.is_dir():
        with hold(cluster.home, "db stop"):
            cluster.stop()
    say(_described(cluster))


@app.command()
def status(home: Home = None) -> int:
    """Say whether the database runs, and where; exit with 3 if it does not.

    Example: gis-gov db status
    """
    cluster = _own_cluster(home)
    print(_described(cluster))
    return 0 if cluster.running else 3


@app.command()
def url(home: Home = None) -> None:
    """Print the URL of the database, password included: for QGIS, ogr2ogr and the like.

    Example: ogrinfo "$(gis-gov db url)" address
    """
    settings = settings_from(home=home)
    print(settings.database_url or Cluster(settings.home).url())


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def psql(context: typer.Context, home: Home = None) -> int:
    """Run psql on the database; what follows -- is psql's, and so is the exit code.

    Example: gis-gov db psql -- -c "select count(*) from address"
    """
    with server(settings_from(home=home), "db psql") as address:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # psql's own handler cancels the query
        return subprocess.run(
            [find_client("psql"), *context.args],
            env=client_environment(address),
            check=False,
        ).returncode


@app.command()
def backup(file: File, home: Home = None) -> None:
    """Write the database to FILE, as of now; the database may be in use.

    The keys of sealed data are not in it: keep a copy of the home's secrets.json elsewhere.

    Example: gis-gov db backup panyu-2026-01-31.backup
    """
    from gis_gov.db import backup as backups  # noqa: PLC0415 - slow to import

    settings = settings_from(home=home)
    with database(settings, "db backup") as address:
        # Before, so that nobody takes a copy unseen; it is in the copy, too.
        record(settings, address, Entry("db.backup", "ok", detail={"file": file.name}))
        backups.backup(address, file)
    say(f"wrote {file}, {file.stat().st_size:,} bytes")


@app.command()
def restore(file: File, home: Home = None) -> None:
    """Put FILE in the place of the whole database, all or nothing; it may be in use.

    Example: gis-gov db restore panyu-2026-01-31.backup
    """
    if not file.is_file():
        raise CommandError(f"{file}: there is no such file")
    from gis_gov.access.key_register import admit  # noqa: PLC0415 - slow to import
    from gis_gov.access.keyring import SecretsError  # noqa: PLC0415
    from gis_gov.db import backup as backups  # noqa: PLC0415

    settings = settings_from(home=home)
    with server(settings, "db restore", make=True) as address:
        sealer = keys_of(settings)
        try:
            backups.restore(address, file, lambda: sealer, lambda restored: admit(restored, sealer))
        except SecretsError as error:
            raise CommandError(f"{file} is not restored: {error}") from error
        record_restore(settings, address, file)
    say(f"restored {file}")


def _own_cluster(home: Path | None) -> Cluster:
    settings: Settings = settings_from(home=home)
    if settings.database_url is not None:
        raise CommandError(
            "GIS_GOV_DATABASE_URL names an outside database; its own tools start and stop it"
        )
    return Cluster(settings.home)


def _described(cluster: Cluster) -> str:
    found = cluster.status()
    if not found.running:
        return f"PostGIS of {cluster.home}: {'stopped' if cluster.exists else 'not made yet'}"
    return (
        f"PostGIS of {cluster.home}: running on 127.0.0.1:{found.port}, process {found.pid}, "
        f"PostgreSQL {found.version}"
    )
