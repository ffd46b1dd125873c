"""Load files of one kind: one transaction, from the files to the rows and a report."""

import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection, sql
from psycopg.errors import ProgramLimitExceeded
from psycopg.types.json import Jsonb

from gis_gov.access.key_register import seal_rows
from gis_gov.access.keyring import SecretsError
from gis_gov.access.sealing import Sealer
from gis_gov.ingest.ahead import ahead
from gis_gov.ingest.area_tree import adopt, keep_successors, settle_parents, tell_orphans
from gis_gov.ingest.errors import LoadError
from gis_gov.ingest.event_classes import find_classes
from gis_gov.ingest.fence_rows import settle_fences
from gis_gov.ingest.grid_areas import settle_areas
from gis_gov.ingest.indexes import rebuilt, worth_rebuilding
from gis_gov.ingest.kinds import KINDS
from gis_gov.ingest.made_addresses import find_addresses, is_placed_by_address
from gis_gov.ingest.merge import Merge, Merged, row_count
from gis_gov.ingest.mesh import check_areas, check_grids
from gis_gov.ingest.off_shift import refuse_off_shift
from gis_gov.ingest.options import LoadOptions
from gis_gov.ingest.person_ids import name_persons, refuse_shared_numbers
from gis_gov.ingest.placement import Placing
from gis_gov.ingest.placer import Placer
from gis_gov.ingest.plausibility import tell_misplaced, tell_shifted
from gis_gov.ingest.prepare import Preparer
from gis_gov.ingest.references import refuse_unknown
from gis_gov.ingest.rejects import count_reasons, write_rejects
from gis_gov.ingest.repeats import settle_repeats
from gis_gov.ingest.report import Report
from gis_gov.ingest.shared_borders import share_borders
from gis_gov.ingest.sources.batch import ReadOptions
from gis_gov.ingest.sources.open import open_source
from gis_gov.ingest.stage import Stage
from gis_gov.ingest.worker_grids import keep_terms, refuse_unknown_grids

Progress = Callable[[str, float | None], None]
"""Told the step that is on, and how much of it is done (0 to 1), if that is known."""

_ONE_AT_A_TIME = "select pg_advisory_xact_lock(7405004, hashtext(%s))"
_PLACED = "set local gis_gov.placed = 'on'"
_MEMORY = "set local work_mem = '128MB'"
_DAYS = """
    select position_days(array(
        select distinct (s.time at time zone 'Asia/Shanghai')::date from stage as s
    ))
"""
_RECORD = """
    insert into load_run (kind, file_name, sha256, datum, report) values (%s, %s, %s, %s, %s)
"""
_ANALYZE_MIN = 1000
# That of positions is parted by days; that of fences is read by whoever takes positions in.
_NEVER_REBUILT = frozenset(("positions", "fences"))


def load(
    kind: str,
    files: Sequence[Path],
    options: LoadOptions,
    connection: Connection[Any],
    sealer: Sealer,
    progress: Progress = lambda _step, _done: None,
) -> Report:
    """Load files into the database and tell what became of each row.

    All of it is one transaction (a savepoint, where the connection is in one already): a load that
    fails leaves the database as it was. The connection must not be in autocommit's pipeline mode.

    Raises:
        LoadError: a file can't be loaded, the rows contradict a rule of the database, or there is
            something to seal and the keys don't serve.

    """
    if kind not in KINDS:
        raise LoadError(f"{kind}: no such kind; there are {', '.join(KINDS)} and auto")
    started = time.monotonic()
    made = _Load(kind, files, options, connection, sealer, progress)
    try:
        with connection.transaction(force_rollback=options.dry_run):
            made.run()
    except (psycopg.IntegrityError, psycopg.DataError, ProgramLimitExceeded) as error:
        raise LoadError(_contradiction(kind, error)) from error
    except SecretsError as error:
        raise LoadError(str(error)) from error
    made.report.seconds = time.monotonic() - started
    return made.report


class _Load:
    """One load: the steps, in order, and what they share."""

    def __init__(
        self,
        kind: str,
        files: Sequence[Path],
        options: LoadOptions,
        connection: Connection[Any],
        sealer: Sealer,
        progress: Progress,
    ) -> None:
        self.kind = KINDS[kind]
        self.files = files
        self.options = options
        self.connection = connection
        self.sealer = sealer
        self.progress = progress
        self.report = Report(kind, [path.name for path in files], options.dry_run)
        self._reading = ReadOptions(kind, options.encoding, options.layer)
        self._left_over: set[str] = {"parent_code"} if kind == "areas" else set()

    def run(self) -> None:
        """Read and stage the files, settle what the rows refer to, merge, and record it."""
        self.connection.execute(_ONE_AT_A_TIME, [self.kind.name])
        self.connection.execute(_MEMORY)
        if any(each.sealed for each in self.kind.fields):
            seal_rows(self.connection, self.sealer)
        stage = Stage(self.connection, self.kind)
        self._read(stage)
        self.progress("checking", None)
        self._settle(stage)
        self.report.reasons = count_reasons(self.connection)
        staged = stage.count()
        merged = self._merge(stage, staged)
        self.report.inserted = merged.inserted
        self.report.updated = merged.updated
        self.report.unchanged += staged - merged.inserted - merged.updated
        self._finish(stage, merged)
        self._write_rejects()
        stage.close()
        self._record()
        if not self.report.balanced:
            raise AssertionError(f"rows are not accounted for: {self.report.as_json()}")

    def _read(self, stage: Stage) -> None:
        # Only points need the boundaries, which a load of areas or grids is about to change.
        has_points = self.kind.is_placed or "lon" in self.kind.by_name
        placer = Placer(self.connection) if has_points else None
        placing = Placing(placer, self.report.findings)
        for number, path in enumerate(self.files):
            with open_source(path, self._reading) as source:
                preparer = Preparer(
                    self.kind, source, self.options, placing, self.report, self.sealer
                )
                for batch, prepared in ahead(preparer.prepared(source.batches())):
                    self.report.read += len(batch.numbers) + len(batch.broken)
                    stage.add(number, prepared.frame, prepared.rejects)
                    self.progress(f"reading {path.name}", source.fraction())
                self._left_over |= preparer.left_over
                for note in source.notes:
                    self.report.findings.note(f"{path.name}: {note}")
        points = placing.points()
        tell_misplaced(self.connection, points, self.report)
        tell_shifted(stage, points, self.report, row_count(self.connection, self.kind))

    def _settle(self, stage: Stage) -> None:
        """Leave on the stage the rows that can be merged, with what they refer to."""
        if self.kind.name == "persons":
            name_persons(stage)
        settle_repeats(stage, self.report)
        self._settle_kind(stage)
        refuse_unknown(stage)
        if is_placed_by_address(stage):
            self.connection.execute(_PLACED)
            find_addresses(stage, self.report)
        if self.kind.name == "grids":
            faults = self.options.rejects and self.options.rejects.with_suffix(".faults.geojson")
            check_grids(stage, self.report, faults, allow_gaps=self.options.allow_gaps)
            share_borders(stage, self.report)
        elif self.kind.name == "areas":
            tell_orphans(stage, self.report)
            check_areas(stage, self.report)
            share_borders(stage, self.report)

    def _settle_kind(self, stage: Stage) -> None:
        """Settle what only rows of one kind refer to."""
        match self.kind.name:
            case "areas":
                settle_parents(stage, self.report)
            case "grids":
                settle_areas(stage, self.report)
            case "persons":
                refuse_shared_numbers(stage)
            case "workers":
                refuse_unknown_grids(stage)
            case "fences":
                settle_fences(stage)
            case "events":
                find_classes(stage)
            case "positions":
                refuse_off_shift(stage)

    def _merge(self, stage: Stage, staged: int) -> Merged:
        if self.kind.is_placed:
            self.connection.execute(_PLACED)
        if self.kind.name == "positions":
            self.connection.execute(_DAYS)
        self.progress("writing", None)
        merge = Merge(stage, sorted(self._left_over))
        table = self.kind.table.name
        present = row_count(self.connection, self.kind)
        if self.kind.name not in _NEVER_REBUILT and worth_rebuilding(staged, present):
            self.connection.execute("analyze stage")
            with rebuilt(self.connection, table):
                merged = merge.run(empty=present == 0)
                self.progress("indexing", None)
            return merged
        return merge.run(empty=present == 0)

    def _finish(self, stage: Stage, merged: Merged) -> None:
        match self.kind.name:
            case "areas":
                keep_successors(stage)
                adopt(self.connection, self.report)
            case "workers":
                keep_terms(stage, self.report)
            case _:
                pass
        if merged.inserted + merged.updated >= _ANALYZE_MIN:
            self.connection.execute(
                sql.SQL("analyze {}").format(sql.Identifier(self.kind.table.name))
            )

    def _write_rejects(self) -> None:
        path = self.options.rejects
        if self.report.rejected and path is not None:
            self.progress("writing rejects", None)
            write_rejects(self.connection, path, self.files, self._reading)
            self.report.rejects_file = path

    def _record(self) -> None:
        told = Jsonb(self.report.as_json())
        for path in self.files:
            self.connection.execute(
                _RECORD, [self.kind.name, path.name, _digest(path), self.report.datum, told]
            )


def _digest(path: Path) -> str | None:
    if not path.is_file():
        return None
    made = sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            made.update(chunk)
    return made.hexdigest()


def _contradiction(kind: str, error: psycopg.Error) -> str:
    if isinstance(error, ProgramLimitExceeded):
        return (
            f"a text of the {kind} that they are found by ({error.diag.constraint_name}) has more"
            " than 2,700 bytes, nothing was changed: shorten it"
        )
    name = error.diag.constraint_name or "a rule of the database"
    detail = error.diag.message_detail or error.diag.message_primary or ""
    return f"the {kind} contradict {name}, nothing was changed: {detail}"
