"""Geometries written as text in a column of a table: WKT, hexadecimal WKB, or GeoJSON."""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from gis_gov.geo.datum import Datum, DatumError
from gis_gov.ingest.errors import LoadError
from gis_gov.ingest.sources.batch import Batch, BrokenRow, Source

_NAMES = ("geometry", "geom", "the_geom", "wkt", "wkb", "geojson", "shape", "geometry_wkt")
_HEX = re.compile(r"(00|01)([0-9A-Fa-f]{2}){8,}")
_SRID = re.compile(r"\s*SRID\s*=\s*(\d+)\s*;", re.IGNORECASE)


class ShapeTexts:
    """Gives the batches of a table with the geometries that one of its columns has as text.

    Which column that is, its first value decides. A CRS that the geometries name (EWKT, EWKB) is
    the file's; rows that name another are broken, and so are those that can't be read.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self.path, self.format, self.encoding = source.path, source.format, source.encoding
        self.datum = source.datum
        self.notes = source.notes
        self._column: str | None = None
        self._srid = 0

    def fraction(self) -> float | None:
        """Tell how much of the file has been read, 0 to 1, if that is known."""
        return self._source.fraction()

    def batches(self) -> Iterator[Batch]:
        """Read the rows; raises LoadError where the file is not whole."""
        for batch in self._source.batches():
            if batch.geometry is None and self._column is None:
                self._look_for_it(batch.columns)
            if batch.geometry is None and self._column in batch.columns.column_names:
                yield self._shaped(batch, self._column or "")
            else:
                yield batch

    def _look_for_it(self, columns: pa.Table) -> None:
        named = {name.casefold(): name for name in reversed(columns.column_names)}
        for name in (named[each] for each in _NAMES if each in named):
            values = columns.column(name).drop_null()
            first = values[0].as_py() if len(values) else None
            shape, srid = read_shape(first)
            if shape is not None:
                self._column, self._srid = name, srid
                self._take_datum(srid)
                return

    def _take_datum(self, srid: int) -> None:
        if not srid or self.datum is not None:
            return
        try:
            self.datum = Datum.parse(f"EPSG:{srid}")
        except DatumError as error:
            raise LoadError(f"{self.path.name}: its geometries say SRID {srid}: {error}") from error

    def _shaped(self, batch: Batch, name: str) -> Batch:
        values = batch.columns.column(name).to_pylist()
        shapes: NDArray[np.object_] = np.full(len(values), None, dtype=np.object_)
        faults: dict[int, str] = {}
        for at, value in enumerate(values):
            if value is None or not value.strip():
                continue
            shapes[at], srid = read_shape(value)
            if shapes[at] is None:
                faults[at] = f"no geometry: {value[:60]!r}"
            elif srid not in {0, self._srid}:
                faults[at] = f"SRID {srid}, and {self._srid or 'none'} in the rows before it"
        columns = batch.columns.drop_columns([name])
        if not faults:
            return Batch(batch.numbers, columns, shapes, batch.broken)
        rows = batch.columns.take(list(faults)).to_pylist()
        broken = [
            BrokenRow(int(batch.numbers[at]), "bad_geometry", why, _written(row))
            for (at, why), row in zip(faults.items(), rows, strict=True)
        ]
        kept = np.array([at not in faults for at in range(len(values))], dtype=bool)
        return Batch(
            batch.numbers[kept],
            columns.filter(pa.array(kept)),
            shapes[kept],
            (*batch.broken, *broken),
        )


def read_shape(value: object) -> tuple[Any, int]:
    """Read one geometry and its SRID (0 for none); None where the value is no geometry."""
    if isinstance(value, bytes):
        shape = shapely.from_wkb(value, on_invalid="ignore")
    elif not isinstance(value, str):
        return None, 0
    elif _HEX.fullmatch(value.strip()):
        shape = shapely.from_wkb(value.strip(), on_invalid="ignore")
    elif value.lstrip().startswith("{"):
        shape = shapely.from_geojson(value, on_invalid="ignore")
    else:
        stated = _SRID.match(value)
        shape = shapely.from_wkt(value[stated.end() if stated else 0 :], on_invalid="ignore")
        return shape, int(stated[1]) if stated and shape is not None else 0
    return shape, 0 if shape is None else int(shapely.get_srid(shape))


def _written(row: dict[str, Any]) -> str:
    return orjson.dumps(row, default=str).decode()
