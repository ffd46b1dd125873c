"""Recognise what kind of data a file holds: by a sample's manifest, its name, or its columns."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from gis_gov.ingest.errors import LoadError
from gis_gov.ingest.header import folded
from gis_gov.ingest.kinds import KINDS
from gis_gov.ingest.mapping import Mapper
from gis_gov.ingest.sources.batch import Batch, ReadOptions
from gis_gov.ingest.sources.open import open_source
from gis_gov.ingest.spec import Kind, Place

MANIFEST = "manifest.json"
_READ_AS = {".gpx": "positions"}
# Fields that every kind has, or whose names say little, tell nothing.
_COMMON = frozenset(("code", "name", "lon", "lat", "kind", "level", "parent_code", "phone"))

# What a fence may have as well as others tells nothing of it.
_OF_OTHERS = {
    "fences": frozenset(
        ("grid_code", "area_code", "for_worker_codes", "from", "to", "valid_from", "valid_to")
    )
}


class Found(NamedTuple):
    """A file and what it holds; `crs` where a manifest tells it."""

    kind: str
    path: Path
    crs: str | None = None


def recognise(paths: Sequence[Path], options: ReadOptions) -> list[Found]:
    """Find the kind of each file, in the order in which they build on each other.

    Raises:
        LoadError: a file fits no kind, or several.

    """
    found: list[Found] = []
    for path in paths:
        manifest = path / MANIFEST if path.is_dir() else path
        if manifest.name == MANIFEST and manifest.is_file():
            found += _of_manifest(manifest)
        else:
            found.append(Found(_kind_of(path, options), path))
    order = list(KINDS)
    return sorted(found, key=lambda each: order.index(each.kind))


def _of_manifest(manifest: Path) -> list[Found]:
    try:
        files = orjson.loads(manifest.read_bytes())["files"]
        made = [Found(f["kind"], manifest.parent / f["path"], f.get("crs")) for f in files]
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise LoadError(f"{manifest}: no manifest of a sample: {error!r}") from error
    unknown = {each.kind for each in made} - KINDS.keys()
    if unknown:
        raise LoadError(f"{manifest}: unknown kinds {', '.join(sorted(unknown))}")
    return made


def _kind_of(path: Path, options: ReadOptions) -> str:
    if path.stem in KINDS:
        return path.stem
    kind = _READ_AS.get(path.suffix.lower())
    if kind:
        return kind
    with open_source(path, ReadOptions("addresses", options.encoding, options.layer)) as source:
        batch = next(iter(source.batches()), None)
    if batch is None:
        raise LoadError(f"{path.name}: no rows by which to tell its kind; name the kind")
    scores = {name: _score(each, batch) for name, each in KINDS.items()}
    best = max(scores.values())
    fitting = [name for name, score in scores.items() if score == best]
    if best < 1 or len(fitting) > 1:
        fit = "fits no kind" if best < 1 else f"fits {' and '.join(fitting)}"
        raise LoadError(
            f"{path.name}: {fit} by its columns {', '.join(batch.columns.column_names)}; "
            f"name the kind: gis-gov load KIND {path.name}"
        )
    return fitting[0]


def _score(kind: Kind, batch: Batch) -> int:
    """Count the fields of a kind that a file has and few other kinds have; -1 if it can't be."""
    columns = Mapper(kind, {}, {}).find(batch.columns.column_names).columns
    own_names = {folded(name) for name in batch.columns.column_names}
    required = {each.name for each in kind.fields if each.required}
    missing = required - columns.keys() - {"level", "kind", "name"}
    if missing & {"full_text", "reported_at", "time", "device", "code"}:
        return -1
    if batch.geometry is not None and not _fits(kind.place, batch.geometry):
        return -1
    telling = columns.keys() - _COMMON - _OF_OTHERS.get(kind.name, frozenset())
    return len(telling) + len({name for name in telling if folded(name) in own_names})


def _fits(place: Place, geometry: NDArray[np.object_]) -> bool:
    dimensions = shapely.get_dimensions(geometry)
    if place is Place.SHAPE:
        return not np.any(dimensions == 0)
    return bool(np.any(dimensions == 2)) is (place is Place.POLYGON)
