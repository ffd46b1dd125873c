"""Give a command its database: an outside one, or the home's own."""

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from gis_gov.cli.messages import CommandError, say
from gis_gov.db.cluster import Cluster
from gis_gov.db.cluster_lock import HomeHeldError, hold
from gis_gov.settings import Settings

if TYPE_CHECKING:
    from gis_gov.access.sealing import Sealer

STAYS_UP = ("up", "serve")


@contextmanager
def database(settings: Settings, command: str) -> Generator[str]:
    """Yield the URL of the database that `settings` name, once it is fit for use.

    A home's server that does not run is started for the time of the command, which is named to
    whoever finds the home held.

    Raises:
        CommandError: the home has no database, or the database is unfit.
        HomeHeldError: another command uses the home, and will stop its server.

    """
    with server(settings, command) as url:
        refuse_unfit(url)
        yield url


def refuse_unfit(url: str) -> None:
    """Refuse a database that has no PostGIS >= 3.3, or not the newest schema.

    Raises:
        CommandError: with the way to mend it.

    """
    from gis_gov.db.fitness import UnfitDatabase, check_database  # noqa: PLC0415 - slow to import

    try:
        check_database(url)
    except UnfitDatabase as error:
        raise CommandError(str(error)) from error


def keys_of(settings: Settings) -> "Sealer":
    """Return the keys of sealed data that `settings` name; a home without any gets its first.

    Raises:
        CommandError: they can't be read.

    """
    from gis_gov.access.keyring import SecretsError, load_sealer  # noqa: PLC0415 - slow to import

    try:
        return load_sealer(settings)
    except SecretsError as error:
        raise CommandError(str(error)) from error


def keys_for(settings: Settings, url: str) -> "Sealer":
    """Return the keys of sealed data, if they open what the database at `url` holds.

    Raises:
        CommandError: they do not, or can't be read.

    """
    from gis_gov.access.key_register import admit_at  # noqa: PLC0415 - slow to import
    from gis_gov.access.keyring import SecretsError  # noqa: PLC0415

    sealer = keys_of(settings)
    try:
        admit_at(url, sealer)
    except SecretsError as error:
        raise CommandError(str(error)) from error
    return sealer


def for_server(settings: Settings, url: str) -> Settings:
    """Return the settings of the server, which logs in to the database at `url` by its own role.

    Raises:
        CommandError: row policies would not hold for it.

    """
    from gis_gov.db.fitness import UnfitDatabase, check_server_role  # noqa: PLC0415 - as above

    if settings.database_url is None:
        served = Cluster(settings.home).server_url()
    else:
        served = settings.server_database_url or url
    try:
        warning = check_server_role(served)
    except UnfitDatabase as error:
        raise CommandError(str(error)) from error
    if warning:
        say(warning)
    return settings.with_database(served)


@contextmanager
def server(settings: Settings, command: str, *, make: bool = False) -> Generator[str]:
    """Yield the URL of the database that `settings` name, whatever state it is in.

    A home's server is made if there is none and the command may `make` it; a database is not.
    """
    if settings.database_url is not None:
        yield settings.database_url
        return
    cluster = Cluster(settings.home)
    if not cluster.exists and not make:
        raise _no_database(settings.home)
    cluster.prepare()
    with ExitStack() as stack:
        if not _is_kept_running(cluster, command, stack):
            cluster.init()
            stack.callback(cluster.stop)
            cluster.start()
        with cluster.blaming_full_disk():
            yield cluster.url()


@contextmanager
def restartable(settings: Settings, command: str) -> Generator[Cluster]:
    """Start the PostGIS of a home for a command that may restart it, and stop it in the end.

    Raises:
        CommandError: it is not the home's own, there is none, or it runs already: for others.
        HomeHeldError: another command uses the home.

    """
    if settings.database_url is not None:
        raise CommandError(
            f"{command} restarts the database, and GIS_GOV_DATABASE_URL names an outside one; "
            "name a --home that has its own, without it"
        )
    cluster = Cluster(settings.home)
    if not cluster.exists:
        raise _no_database(settings.home)
    with ExitStack() as stack:
        if _is_kept_running(cluster, command, stack):
            raise CommandError(
                f"{command} restarts the database, and that of {settings.home} runs for others; "
                "stop it first: end gis-gov up, or gis-gov db stop"
            )
        stack.callback(cluster.stop)
        cluster.start()
        yield cluster


def _no_database(home: Path) -> CommandError:
    return CommandError(f"there is no database in {home}; make one: gis-gov up, or gis-gov migrate")


def _is_kept_running(cluster: Cluster, command: str, stack: ExitStack) -> bool:
    """Say whether someone else keeps the server running; else hold the home for this command."""
    with ExitStack() as held:
        try:
            held.enter_context(hold(cluster.home, command))
        except HomeHeldError as error:
            if error.command not in STAYS_UP:
                raise
            return True
        if cluster.running:
            return True
        stack.push(held.pop_all())
    return False
