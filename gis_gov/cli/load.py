"""`gis-gov load`."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import orjson
import psycopg
import typer

from gis_gov.access.entry import Entry, write_sync
from gis_gov.access.sealing import Sealer
from gis_gov.cli.database import database, keys_for
from gis_gov.cli.messages import CommandError, say
from gis_gov.cli.options import Home, settings_from
from gis_gov.cli.progress import progress_bar
from gis_gov.cli.record import anchor, operator, record
from gis_gov.geo.datum import Datum
from gis_gov.ingest.auto import Found, recognise
from gis_gov.ingest.errors import LoadError
from gis_gov.ingest.load import load as load_files
from gis_gov.ingest.options import LoadOptions
from gis_gov.ingest.report import Report, together
from gis_gov.ingest.sources.batch import ReadOptions
from gis_gov.ingest.summary import summary

Kind = Annotated[
    str,
    typer.Argument(
        help="areas, grids, addresses, houses, persons, enterprises, resources, workers, fences, "
        "events, positions, or auto."
    ),
]
Files = Annotated[list[Path], typer.Argument(help="Files, or the folder of a Shapefile or sample.")]
Crs = Annotated[
    str | None, typer.Option(help="Datum of the coordinates: EPSG:4326, EPSG:4549, gcj02, bd09, …")
]
Encoding = Annotated[str | None, typer.Option(help="Encoding of the text; else detected.")]
Layer = Annotated[str | None, typer.Option(help="Layer, sheet, or repeated element to load.")]
MappingFile = Annotated[
    Path | None, typer.Option("--mapping", help="YAML file that tells which column is what.")
]
Maps = Annotated[list[str] | None, typer.Option("--map", help="FIELD=COLUMN, as often as needed.")]
Sets = Annotated[
    list[str] | None, typer.Option("--set", help="FIELD=VALUE for all rows, as often as needed.")
]
Timezone = Annotated[
    str | None, typer.Option(help="Zone of times that state none; else Asia/Shanghai.")
]
AllowGaps = Annotated[
    bool, typer.Option("--allow-gaps", help="Load grids that do not fill their parent.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check and report, but change nothing.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the report as one JSON object.")]
Rejects = Annotated[Path | None, typer.Option(help="File for rejected rows.")]


def load(  # noqa: PLR0913, PLR0917 - one argument an option
    kind: Kind,
    files: Files,
    crs: Crs = None,
    encoding: Encoding = None,
    layer: Layer = None,
    mapping: MappingFile = None,
    maps: Maps = None,
    sets: Sets = None,
    timezone: Timezone = None,
    allow_gaps: AllowGaps = False,
    dry_run: DryRun = False,
    json: AsJson = False,
    rejects: Rejects = None,
    home: Home = None,
) -> int:
    """Load files of one kind into the database: all of them, or nothing.

    Example: gis-gov load addresses addresses.csv --crs gcj02
    """
    settings = settings_from(home=home)
    try:
        options = LoadOptions.told(
            crs=crs,
            encoding=encoding,
            layer=layer,
            mapping=mapping,
            maps=tuple(maps or ()),
            sets=tuple(sets or ()),
            timezone=timezone,
            allow_gaps=allow_gaps,
            dry_run=dry_run,
        )
        jobs = _jobs(kind, files, options)
        with database(settings, "load") as url, psycopg.connect(url, autocommit=True) as connection:
            sealer = keys_for(settings, url)
            refuse_to = _rejects(jobs, rejects, settings.home / "rejects")
            try:
                reports = _run(jobs, options, refuse_to, connection, sealer)
            except LoadError as error:
                reason = type(error).__name__
                record(settings, url, Entry("load", "failed", kind, reason=reason))
                raise
            anchor(settings, connection)
    except LoadError as error:
        raise CommandError(str(error)) from error
    _print(reports, as_json=json)
    return 1 if any(r.read and r.rejected == r.read for r in reports) else 0


def _jobs(kind: str, files: list[Path], options: LoadOptions) -> list[tuple[Found, list[Path]]]:
    """List what to load: the files of one kind together, or each that `auto` recognises."""
    if kind == "auto":
        found = recognise(files, ReadOptions("", options.encoding, options.layer))
        return [(each, [each.path]) for each in found]
    return [(Found(kind, files[0]), files)]


def _rejects(jobs: list[tuple[Found, list[Path]]], told: Path | None, folder: Path) -> list[Path]:
    """Name the file for rejected rows of each job: no two write to the same."""
    if told is not None and len(jobs) == 1:
        return [told]
    named: list[Path] = []
    for found, paths in jobs:
        name = f"{paths[0].stem}.{found.kind}"
        path = told.with_stem(f"{told.stem}.{name}") if told else folder / f"{name}.csv"
        again = sum(each == path for each in named)
        named.append(path.with_stem(f"{path.stem}.{again + 1}") if again else path)
    return named


def _run(
    jobs: list[tuple[Found, list[Path]]],
    options: LoadOptions,
    refuse_to: list[Path],
    connection: psycopg.Connection,
    sealer: Sealer,
) -> list[Report]:
    reports = []
    # A dry run of several files takes each back only after all: they build on each other.
    with progress_bar() as show, connection.transaction(force_rollback=options.dry_run):
        for (found, paths), rejects in zip(jobs, refuse_to, strict=True):
            told = replace(options, dry_run=False, rejects=rejects)
            if told.datum is None and found.crs:
                told = replace(told, datum=Datum.parse(found.crs))
            report = load_files(found.kind, paths, told, connection, sealer, show)
            report.dry_run = options.dry_run
            reports.append(report)
        # At the end: from the first on, nobody else can write an entry.
        for report in reports:
            write_sync(connection, _entry(report), operator())
    return reports


def _entry(report: Report) -> Entry:
    files = [Path(file).name for file in report.files]
    counts = {
        name: getattr(report, name)
        for name in ("read", "inserted", "updated", "unchanged", "rejected")
    }
    return Entry("load", "ok", report.kind, detail={"files": files, **counts})


def _print(reports: list[Report], *, as_json: bool) -> None:
    if as_json:
        told = reports[0].as_json() if len(reports) == 1 else together(reports)
        typer.echo(orjson.dumps(told).decode())
        return
    for report in reports:
        typer.echo(summary(report))
        if report.rejected:
            say(f"{report.rejected} rows rejected: see {report.rejects_file}")
