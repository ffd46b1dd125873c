"""Fill an empty database with a made-up district."""

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from gis_gov.access.entry import Entry, write_sync
from gis_gov.cli.messages import CommandError, say
from gis_gov.cli.progress import progress_bar
from gis_gov.cli.record import operator
from gis_gov.db.cluster import Cluster
from gis_gov.shipped import shipped

if TYPE_CHECKING:
    from gis_gov.access.sealing import Sealer

_IS_EMPTY = """
    select not exists (select from area) and not exists (select from grid)
       and not exists (select from address) and not exists (select from resource)
"""
_CHOICE = "sample"  # the file in a home that tells what was chosen for it


class FirstData(StrEnum):
    """What fills an empty database: a made-up district of some size, or nothing."""

    NONE = "none"
    SMALL = "small"
    DISTRICT = "district"
    CITY = "city"


SPACE_MB = {FirstData.SMALL: 512, FirstData.DISTRICT: 8_000, FirstData.CITY: 24_000}


def fill_home(cluster: Cluster, asked: FirstData | None, sealer: "Sealer") -> None:
    """Load what is asked for, else what was asked for last time, else small, if it is empty.

    Raises:
        CommandError: the sample does not load.
        ClusterError: the disk has too little room for it.

    """
    choice = cluster.home / _CHOICE
    before = choice.read_text(encoding="utf-8").strip() if choice.is_file() else ""
    size = asked or (FirstData(before) if before in set(FirstData) else FirstData.SMALL)
    choice.write_text(f"{size}\n", encoding="utf-8")
    if size in SPACE_MB and is_empty(cluster.url()):
        cluster.check_space(SPACE_MB[size])
        load_sample(cluster.url(), size, sealer, cluster.home)


def is_empty(url: str) -> bool:
    """Say whether a database holds none of the things that a sample brings."""
    with psycopg.connect(url) as connection:
        row = connection.execute(_IS_EMPTY).fetchone()
    return bool(row and row[0])


def load_sample(url: str, size: FirstData, sealer: "Sealer", workroom: Path | None = None) -> None:
    """Load a sample, all or nothing; what must be made for it lies in `workroom` meanwhile.

    Raises:
        CommandError: it is refused, or a row of it is rejected.

    """
    # Slow to import, and only needed once in the life of a home.
    from gis_gov.geo.datum import Datum  # noqa: PLC0415
    from gis_gov.ingest.errors import LoadError  # noqa: PLC0415
    from gis_gov.ingest.load import load  # noqa: PLC0415
    from gis_gov.ingest.options import LoadOptions  # noqa: PLC0415
    from gis_gov.sample.manifest import read_manifest  # noqa: PLC0415

    say(f"loading the {size} sample, invented data")
    with (
        _sample_files(size, workroom) as folder,
        psycopg.connect(url, autocommit=True) as connection,
        progress_bar() as show,
        connection.transaction(),
    ):
        manifest = read_manifest(folder)
        options = LoadOptions(datum=Datum.parse(manifest.crs))
        for entry in manifest.files:
            try:
                report = load(entry.kind, [folder / entry.path], options, connection, sealer, show)
            except LoadError as error:
                raise CommandError(f"the {size} sample does not load: {error}") from error
            if report.rejected:
                raise CommandError(
                    f"{entry.path}: {report.rejected} rows are rejected: {dict(report.reasons)}"
                )
        write_sync(connection, Entry("load", "ok", "sample", size), operator())
        show("writing all down", None)


@contextmanager
def _sample_files(size: FirstData, workroom: Path | None) -> Generator[Path]:
    if size is FirstData.SMALL:
        yield shipped("sample_data")
        return
    from gis_gov.sample.figures import SampleSize  # noqa: PLC0415 - slow to import
    from gis_gov.sample.generate import generate  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="sample-", dir=workroom) as name:
        with progress_bar() as show:
            generate(SampleSize(size), out=Path(name), progress=show)
        yield Path(name)
