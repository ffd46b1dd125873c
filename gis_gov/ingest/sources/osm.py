"""Read OpenStreetMap extracts: addresses, buildings, POIs and cameras, boundaries."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import osmium.filter
import shapely
from osmium.geom import WKBFactory

from gis_gov.ingest.errors import LoadError
from gis_gov.ingest.sources.batch import (
    BATCH_SHAPES,
    Batch,
    BrokenRow,
    FileSource,
    ReadOptions,
    table_of,
)
from gis_gov.ingest.sources.osm_tags import KINDS, OsmKind
from gis_gov.ingest.sources.stated_datum import CRS84

_AREA_RELATIONS = frozenset(("multipolygon", "boundary"))


@dataclass
class _Found:
    """Rows gathered for a batch, and the shapes still to come, by object."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    shapes: list[Any] = field(default_factory=list)
    broken: list[BrokenRow] = field(default_factory=list)
    waited_for: dict[str, dict[str, str]] = field(default_factory=dict)
    count: int = 0

    def add(self, row: dict[str, Any], wkb: str) -> None:
        self.count += 1
        self.rows.append({"__row": self.count, **row})
        self.shapes.append(shapely.from_wkb(wkb))

    def give_up(self, name: str, tags: dict[str, str], detail: str) -> None:
        self.count += 1
        text = " ".join(f"{key}={value}" for key, value in tags.items())
        self.broken.append(BrokenRow(self.count, "incomplete_geometry", detail, f"{name} {text}"))


class Osm(FileSource):
    """An extract (PBF or XML). Its rows are the objects of the kind, numbered as they come, from 1.

    An object whose nodes or members the extract lacks is broken, not left out.
    """

    def __init__(self, path: Path, options: ReadOptions) -> None:
        super().__init__(path, options, format="OSM")
        self.datum = CRS84
        if options.kind not in KINDS:
            raise LoadError(
                f"{path.name}: an OSM extract has {', '.join(KINDS)}, no {options.kind or 'kind'}"
            )
        self._kind = KINDS[options.kind]

    def batches(self) -> Iterator[Batch]:
        """Read the objects; raises LoadError where the file is cut off."""
        found = _Found()
        try:
            for thing in _processor(self.path, self._kind):
                _take(found, thing, self._kind)
                if len(found.rows) >= BATCH_SHAPES:
                    yield _batch(found)
        except (RuntimeError, OSError) as error:
            raise LoadError(f"{self.path.name}: broken or cut off: {error}") from error
        for name, tags in found.waited_for.items():
            found.give_up(name, tags, "its outline is not closed, or not all in the extract")
        yield _batch(found)


_FACTORY = WKBFactory()


def _processor(path: Path, kind: OsmKind) -> osmium.FileProcessor:
    wanted = osmium.filter.KeyFilter(*kind.keys)
    return osmium.FileProcessor(str(path)).with_areas(wanted).with_filter(wanted)


def _take(found: _Found, thing: Any, kind: OsmKind) -> None:
    tags = {tag.k: tag.v for tag in thing.tags}
    if not kind.is_one(tags):
        return
    if thing.is_area():
        letter, identifier = ("w" if thing.from_way() else "r"), thing.orig_id()
        name = f"osm-{letter}{identifier}"
        if name in found.waited_for:
            del found.waited_for[name]
            found.add(kind.row(name, tags), _FACTORY.create_multipolygon(thing))
        return
    name = f"osm-{thing.type_str()}{thing.id}"
    if thing.is_node():
        if not kind.polygons:
            found.add(kind.row(name, tags), _FACTORY.create_point(thing))
    elif thing.is_way():
        if _may_be_area(thing, tags) or kind.polygons:
            found.waited_for[name] = tags
        else:
            _take_line(found, name, thing, tags, kind)
    elif tags.get("type") in _AREA_RELATIONS:
        found.waited_for[name] = tags


def _may_be_area(way: Any, tags: dict[str, str]) -> bool:
    return way.is_closed() and len(way.nodes) > 3 and tags.get("area") != "no"


def _take_line(found: _Found, name: str, way: Any, tags: dict[str, str], kind: OsmKind) -> None:
    try:
        wkb = _FACTORY.create_linestring(way)
    except (RuntimeError, osmium.InvalidLocationError) as error:
        found.give_up(name, tags, str(error))
    else:
        found.add(kind.row(name, tags), wkb)


def _batch(found: _Found) -> Batch:
    numbers = np.array([row.pop("__row") for row in found.rows], dtype=np.int64)
    shapes = np.empty(len(found.shapes), dtype=np.object_)
    shapes[:] = found.shapes
    batch = Batch(numbers, table_of(found.rows), shapes, tuple(found.broken))
    found.rows, found.shapes, found.broken = [], [], []
    return batch
