"""Read GIS files through GDAL: GeoPackage, Shapefile, FlatGeobuf, GPX and others, streaming."""

import struct
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataSourceError

from gis_gov.ingest.errors import LoadError
from gis_gov.ingest.sources.batch import (
    BATCH_SHAPES,
    Batch,
    BrokenRow,
    FileSource,
    ReadOptions,
    as_text,
    row_numbers,
)
from gis_gov.ingest.sources.dbf import dbf_encoding
from gis_gov.ingest.sources.gpx import gpx_columns
from gis_gov.ingest.sources.stated_datum import stated_datum

_FORMATS = {".gpkg": "GeoPackage", ".shp": "Shapefile", ".fgb": "FlatGeobuf", ".gpx": "GPX"}
_GPX_LAYERS = {"positions": "track_points", "resources": "waypoints"}
_SHP_HEADER_BYTES = 100
# GDAL's own short cut for FlatGeobuf to Arrow is broken for rows without a geometry (3.12).
_GDAL_SETTINGS = {"OGR_FLATGEOBUF_STREAM_BASE_IMPL": "YES"}


class Vector(FileSource):
    """A layer of a GIS file. Rows are numbered by feature, from 1."""

    def __init__(self, path: Path, options: ReadOptions) -> None:
        pyogrio.set_gdal_config_options(_GDAL_SETTINGS)
        suffix = path.suffix.lower()
        super().__init__(path, options, format=_FORMATS.get(suffix, suffix[1:].upper()))
        if suffix == ".shp":
            _check_whole(path)
            self.encoding = options.encoding or dbf_encoding(path.with_suffix(".dbf"))
        self.layer = self._choose_layer()
        info = self._ask()
        self.features = int(info["features"]) if info["features"] >= 0 else None
        self.datum = stated_datum(info["crs"], path)

    def batches(self) -> Iterator[Batch]:
        """Read the rows; raises LoadError where the file is not whole."""
        first = 1
        try:
            # GDAL tells of broken data by warnings; each of them counts.
            with (
                warnings.catch_warnings(record=True) as heard,
                pyogrio.open_arrow(
                    self.path,
                    layer=self.layer,
                    encoding=self.encoding,
                    batch_size=BATCH_SHAPES,
                    use_pyarrow=True,
                    datetime_as_string=True,
                ) as (meta, reader),
            ):
                warnings.simplefilter("always")
                for record_batch in reader:
                    table = pa.Table.from_batches([record_batch])
                    yield self._batch(table, meta["geometry_name"] or "wkb_geometry", first)
                    first += table.num_rows
                    self._done = first / self.features if self.features else None
            self.notes += [str(warning.message) for warning in heard]
        except (DataSourceError, pa.ArrowInvalid, OSError) as error:
            raise LoadError(
                f"{self.path.name}: broken or cut off after row {first - 1}: {_line(error)}"
            ) from error
        if self.features is not None and first - 1 != self.features:
            raise LoadError(
                f"{self.path.name}: cut off: {first - 1} of {self.features} rows could be read"
            )

    def _batch(self, table: pa.Table, geometry_name: str, first: int) -> Batch:
        numbers = row_numbers(first, table.num_rows)
        if geometry_name not in table.column_names:
            return Batch(numbers, table)
        wkb = table.column(geometry_name).to_numpy(zero_copy_only=False)
        columns = table.drop_columns([geometry_name])
        if self.format == "GPX":
            columns = gpx_columns(columns, self.path)
        shapes = np.asarray(shapely.from_wkb(wkb, on_invalid="ignore"), dtype=np.object_)
        return without_unread(numbers, columns, shapes, np.array([v is not None for v in wkb]))

    def _choose_layer(self) -> str:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                layers = [str(name) for name in pyogrio.list_layers(self.path)[:, 0]]
        except DataSourceError as error:
            raise LoadError(f"{self.path.name}: broken or cut off: {_line(error)}") from error
        wanted = self.options.layer
        if self.format == "GPX":
            wanted = wanted or _GPX_LAYERS.get(self.options.kind)
            if wanted is None:
                raise LoadError(
                    f"{self.path.name}: a GPX has positions (its tracks) and resources "
                    f"(its waypoints), no {self.options.kind}"
                )
        if wanted is None and len(layers) > 1 and self.options.kind in layers:
            wanted = self.options.kind
        if wanted is None and len(layers) == 1:
            return layers[0]
        if wanted not in layers:
            raise LoadError(
                f"{self.path.name}: layers {', '.join(layers) or '(none)'}; "
                "name the one to load with --layer"
            )
        return wanted

    def _ask(self) -> dict:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return pyogrio.read_info(self.path, layer=self.layer, encoding=self.encoding)
        except DataSourceError as error:
            raise LoadError(f"{self.path.name}: broken or cut off: {_line(error)}") from error


def without_unread(
    numbers: NDArray[np.int64],
    columns: pa.Table,
    shapes: NDArray[np.object_],
    given: NDArray[np.bool_],
) -> Batch:
    """Make a batch in which rows with a geometry that could not be read are broken."""
    unread = given & np.asarray(shapely.is_missing(shapes))
    if not unread.any():
        return Batch(numbers, columns, shapes)
    broken = [
        BrokenRow(
            int(numbers[at]),
            "bad_geometry",
            "the geometry can't be read",
            as_text(next(iter(columns.slice(at, 1).to_pylist()), {})) or "",
        )
        for at in np.flatnonzero(unread)
    ]
    kept = columns.filter(pa.array(~unread)) if columns.num_columns else columns
    return Batch(numbers[~unread], kept, shapes[~unread], broken)


def _check_whole(path: Path) -> None:
    """Compare the lengths that a Shapefile's parts state with those they have."""
    for suffix in (".dbf", ".shx"):
        if not path.with_suffix(suffix).exists():
            raise LoadError(f"{path.name}: its {suffix} file is missing beside it")
    for part in (path, path.with_suffix(".shx")):
        with part.open("rb") as file:
            header = file.read(_SHP_HEADER_BYTES)
        stated = 2 * struct.unpack(">i", header[24:28])[0] if len(header) >= 28 else None
        size = part.stat().st_size
        if stated is None or size < stated:
            raise LoadError(f"{part.name}: cut off: {size} bytes instead of {stated or 'a header'}")


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
