"""What a measurement stands on: a database, the machine and the data, and how it is told."""

import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import orjson
import psycopg
from rich.console import Console

from gis_gov.bench.bulk_locate import Disagreement
from gis_gov.bench.cold_home import NotCold, Occupied
from gis_gov.bench.edits import WritesFailed
from gis_gov.bench.loading import LoadFailed
from gis_gov.bench.machine import describe
from gis_gov.bench.questions import read_counts, read_events, read_places
from gis_gov.bench.record import write_record
from gis_gov.bench.visible import NeverShown
from gis_gov.bench.visible_things import NoPlace
from gis_gov.bench.visible_ways import NotWritten
from gis_gov.cli.database import database, server
from gis_gov.cli.messages import CommandError, say
from gis_gov.cli.progress import Show, progress_bar
from gis_gov.db.cluster import Cluster
from gis_gov.settings import Settings

_FAILED = (
    Disagreement,
    LoadFailed,
    NeverShown,
    NoPlace,
    NotCold,
    NotWritten,
    Occupied,
    WritesFailed,
)


@dataclass(frozen=True, slots=True)
class Ground:
    """What is measured on, and by which command.

    `folder` is for logs and made files, `show` moves the progress bar, `data` is how many of each
    kind the database holds, empty where that does not matter.
    """

    command: str
    url: str
    folder: Path
    show: Show
    machine: dict[str, str]
    data: dict[str, int] = field(default_factory=dict)

    def places(self) -> list[tuple[float, float]]:
        """Read the places that questions are about.

        Raises:
            CommandError: there is nothing in the database.

        """
        with psycopg.connect(self.url, autocommit=True) as connection:
            places = read_places(connection)
        if not places:
            raise CommandError("the database is empty; load something: gis-gov up, gis-gov load")
        return places

    def events(self) -> list[tuple[str, int]]:
        """Read the codes and ids of events that questions are about; there may be none."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            return read_events(connection)

    def tell(
        self,
        figures: Mapping[str, object],
        show: Callable[[Console, Mapping[str, str]], None],
        *,
        as_json: bool,
    ) -> None:
        """Print the figures after what they were measured on: one JSON object, or tables.

        The object is kept in the folder, too.
        """
        data = {"data": self.data} if self.data else {}
        now = datetime.now(UTC)
        told = {
            "command": self.command,
            "measured_at": now.isoformat(timespec="seconds"),
            "machine": self.machine,
            **data,
            **figures,
        }
        encoded = orjson.dumps(told, option=orjson.OPT_INDENT_2)
        if as_json:
            print(encoded.decode())
        else:
            about = dict(self.machine)
            if self.data:
                counted = (f"{number:,} {kind}" for kind, number in self.data.items())
                about["data"] = ", ".join(counted)
            # A file or a pipe has no width of its own, and a table must not be cut there.
            show(Console() if sys.stdout.isatty() else Console(width=140), about)
        # Last: on a full disk there is still what was printed.
        say(f"kept in {write_record(self.folder, self.command, encoded, now)}")


@contextmanager
def loaded_ground(settings: Settings, command: str) -> Generator[Ground]:
    """Yield the database of a home, with what is in it."""
    with database(settings, command) as url, _measuring(settings) as (folder, show):
        with psycopg.connect(url, autocommit=True) as connection:
            machine, data = describe(connection), read_counts(connection)
        yield Ground(command, url, folder, show, machine, data)


@contextmanager
def bare_ground(settings: Settings, command: str) -> Generator[Ground]:
    """Yield any database of a home, beside which another one can be made."""
    with server(settings, command, make=True) as url, _measuring(settings) as (folder, show):
        if settings.database_url is None:
            Cluster(settings.home).ensure_database()
        with psycopg.connect(url, autocommit=True) as connection:
            machine = describe(connection)
        yield Ground(command, url, folder, show, machine)


@contextmanager
def _measuring(settings: Settings) -> Generator[tuple[Path, Show]]:
    folder = settings.home / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    with progress_bar() as show:
        try:
            yield folder, show
        except _FAILED as error:
            raise CommandError(str(error)) from error
