"""Tell of what kind a file is, for `load auto`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from gis_gov.ingest.errors import LoadError
from gis_gov.ingest.header import folded, without_brackets
from gis_gov.ingest.kinds import KINDS
from gis_gov.ingest.sources.batch import ReadOptions
from gis_gov.ingest.sources.open import open_source
from gis_gov.ingest.spec import Kind

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Task:
    """One file to load, as one kind; `crs` is what its manifest says of it."""

    kind: str
    path: Path
    crs: str | None = None


def recognise(paths: Sequence[Path], encoding: str | None = None) -> list[Task]:
    """Find the kind of each file; a folder with a manifest gives its files in their order.

    A file is of the kind that its name says (`grids.geojson`, `2026_events.csv`); else of the one
    kind most of whose fields its columns have, all required ones among them.

    Raises:
        LoadError: a file fits no kind, or more than one equally well.

    """
    tasks: list[Task] = []
    for path in paths:
        if (path / MANIFEST).is_file():
            tasks += _listed(path)
        else:
            tasks.append(Task(_named(path) or _fitting(path, encoding), path))
    order = list(KINDS)
    return sorted(tasks, key=lambda task: order.index(task.kind)) if len(paths) > 1 else tasks


def _listed(folder: Path) -> list[Task]:
    try:
        manifest = orjson.loads((folder / MANIFEST).read_bytes())
        return [
            Task(entry["kind"], folder / entry["path"], entry.get("crs") or manifest.get("crs"))
            for entry in manifest["files"]
        ]
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        raise LoadError(
            f"{folder / MANIFEST}: lists no files; it needs files: [{{kind, path, crs}}]"
        ) from None


def _named(path: Path) -> str | None:
    words = set(path.stem.casefold().replace("-", "_").replace(".", "_").split("_"))
    found = [name for name in KINDS if {name, name.removesuffix("s")} & words]
    return found[0] if len(found) == 1 else None


def _fitting(path: Path, encoding: str | None) -> str:
    if path.suffix.lower() == ".gpx":
        return "positions"
    with open_source(path, ReadOptions(encoding=encoding)) as source:
        batch = next(iter(source.batches()), None)
    names = batch.columns.column_names if batch else []
    columns = {folded(name) for name in names} | {without_brackets(name) for name in names}
    fits = {name: _fit(kind, columns) for name, kind in KINDS.items()}
    best = max(fits.values())
    found = [name for name, fit in fits.items() if fit == best]
    if best == 0 or len(found) > 1:
        told = "any kind" if best == 0 else f"{' and '.join(found)} equally well"
        raise LoadError(f"{path.name}: its columns fit {told}; name the kind: {', '.join(KINDS)}")
    return found[0]


def _fit(kind: Kind, columns: set[str]) -> int:
    """Count the fields that columns name; none counts where a required one is missing."""
    known = {field.name for field in kind.fields if columns & {folded(field.name), *field.aliases}}
    missing = {field.name for field in kind.fields if field.required} - known
    if "code" in missing and kind.identity:
        missing.discard("code")
    return 0 if missing else len(known)
