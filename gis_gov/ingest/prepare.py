"""From a batch of a file to rows as the database wants them, and the rows that are refused."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from gis_gov.access.sealing import Sealer
from gis_gov.geo.datum import ACCEPTED, Datum
from gis_gov.ingest.arrow import pc
from gis_gov.ingest.attrs import Attrs
from gis_gov.ingest.elements import element_columns, joined_elements
from gis_gov.ingest.errors import LoadError
from gis_gov.ingest.frame import Faults, Frame, Reject
from gis_gov.ingest.identity import made_codes
from gis_gov.ingest.mapping import ColumnMap, Mapper
from gis_gov.ingest.options import LoadOptions
from gis_gov.ingest.placement import Placing, put_place
from gis_gov.ingest.report import Report
from gis_gov.ingest.rules import RULES, fitting_codes
from gis_gov.ingest.scrub import OF_PEOPLE, scrubbed
from gis_gov.ingest.sealed import seal_field
from gis_gov.ingest.shapes import only, polygons, polygons_or_lines, shape_texts
from gis_gov.ingest.sources.batch import Batch, Source
from gis_gov.ingest.spec import Field, Kind, Place, Type
from gis_gov.ingest.values import Reader, text


@dataclass(frozen=True)
class Prepared:
    """Rows for the stage, and rows that are refused; `given` and `only_new` as in Frame."""

    frame: Frame
    rejects: Sequence[Reject]


class Preparer:
    """Prepares the batches of one file."""

    def __init__(
        self,
        kind: Kind,
        source: Source,
        options: LoadOptions,
        placing: Placing,
        report: Report,
        sealer: Sealer,
        *,
        is_known: bool = False,
    ) -> None:
        """Prepare for a file, or for a thing that `is_known` by its code, whatever that holds."""
        self._kind = kind
        self._source = source
        self._options = options
        self._placing = placing
        self._report = report
        self._sealer = sealer
        self._is_known = is_known
        self._mapper = Mapper(kind, options.columns, options.constants)
        self._reader = Reader(options.zone)
        self.left_over: set[str] = set()
        """Names that the file's rows have in attrs."""

    def prepared(self, batches: Iterable[Batch]) -> Iterator[tuple[Batch, Prepared]]:
        """Prepare batch after batch."""
        for batch in batches:
            yield batch, self.prepare(batch)

    def prepare(self, batch: Batch) -> Prepared:
        """Read, check and place the rows of a batch; raises LoadError where the file won't do."""
        rejects = [Reject(row.number, row.reason, row.detail) for row in batch.broken]
        if not batch.numbers.size:
            return Prepared(Frame(batch.numbers, {}, Faults(batch.numbers)), rejects)
        shaped = batch.geometry is not None and self._kind_has_shape()
        found = self._mapper.find(batch.columns.column_names, ("lon", "lat") if shaped else ())
        self._tell(found)
        frame = Frame(batch.numbers, {}, Faults(batch.numbers))
        attrs = Attrs(len(frame))
        self._read_fields(frame, attrs, batch, found)
        rest = self._join_elements(frame, batch, found)
        RULES[self._kind.name](frame, self._report.findings, self._options.zone)
        if not self._is_known:
            fitting_codes(frame)
        self._put_shapes(frame, batch)
        self._require(frame, batch)
        self._keep_rest(frame, attrs, batch, rest)
        self.left_over.update([*attrs.names, *rest])
        frame.set("attrs", attrs.texts())
        self._seal(frame)
        return Prepared(_without_refused(frame), [*rejects, *frame.faults.rejects()])

    def _keep_rest(self, frame: Frame, attrs: Attrs, batch: Batch, rest: Sequence[str]) -> None:
        if rest and not self._kind.keeps_rest:
            self._report.findings.note(
                f"{self._kind.name} keep nothing but their fields; left out: {', '.join(rest)}"
            )
            return
        for name in rest:
            values, field = batch.columns.column(name).combine_chunks(), batch.columns.field(name)
            if self._kind.name in OF_PEOPLE:
                values = scrubbed(name, values, field, frame, self._report.findings)
            if values is not None:
                attrs.keep(name, values, field)

    def _seal(self, frame: Frame) -> None:
        for each in self._kind.fields:
            if each.sealed and each.name in frame.values:
                seal_field(frame, self._kind.table.name, each.name, self._sealer)

    def _kind_has_shape(self) -> bool:
        return self._kind.place is not Place.NONE or "lon" in self._kind.by_name

    def _tell(self, found: ColumnMap) -> None:
        told = {target: " + ".join(columns) for target, columns in found.columns.items()}
        self._report.mapping.update(told)
        if found.dialect:
            self._report.findings.note(f"columns read as those of: {found.dialect}")

    def _read_fields(self, frame: Frame, attrs: Attrs, batch: Batch, found: ColumnMap) -> None:
        for each in self._kind.fields:
            constant = found.constants.get(each.name)
            columns = found.columns.get(each.name)
            if constant is not None:
                raw = pa.array([constant] * len(frame), pa.string())
                arrow_field = pa.field(each.name, pa.string())
            elif columns:
                raw, arrow_field = _raw(batch.columns, columns, each)
            else:
                continue
            column = self._reader.read(self._with_words(each), raw, arrow_field)
            self._judge(frame, each, raw, column.unread)
            values = column.values
            if each.default is not None:
                values = pc.fill_null(values, pa.scalar(each.default, values.type))
            frame.set(each.name, values)
            frame.given.add(each.name)
            if columns:
                self._keep_text(attrs, each, columns, (raw, arrow_field), column.unread)

    def _with_words(self, each: Field) -> Field:
        words = self._options.words.get(each.name)
        if not words or each.choices is None:
            return each
        return Field(**{**each.__dict__, "choices": {**each.choices, **words}})

    def _judge(self, frame: Frame, each: Field, raw: pa.Array, unread: NDArray[np.bool_]) -> None:
        if not unread.any():
            return
        if each.soft:
            detail = "kept as text in attrs"
            self._report.findings.add(f"unread_{each.name}", unread, frame.numbers, detail)
            return
        reason = "bad_coordinates" if each.name in {"lon", "lat"} else f"bad_{each.name}"
        if each.sealed:
            frame.faults.add(unread, reason, f"{each.name} can't be read")
            return
        texts = text(raw.filter(pa.array(unread))).to_pylist()
        frame.faults.add(unread, reason, [f"{each.name}: {value!r}" for value in texts])

    def _keep_text(
        self,
        attrs: Attrs,
        each: Field,
        columns: Sequence[str],
        raw: tuple[pa.Array, pa.Field],
        unread: NDArray[np.bool_],
    ) -> None:
        by_address = each.name == "address_text" and not each.stored
        if each.keep_text or by_address:
            attrs.keep(columns[0], *raw)
        elif each.soft and unread.any():
            attrs.keep(columns[0], *raw, where=unread)

    def _join_elements(self, frame: Frame, batch: Batch, found: ColumnMap) -> Sequence[str]:
        """Join columns with address elements; give the columns that are left over."""
        if "elements" not in self._kind.by_name or "elements" in frame.values:
            return found.rest
        chosen = element_columns(found.rest)
        if not chosen or (len(chosen) == 1 and "full_text" in frame.values):
            return found.rest
        elements, line = joined_elements(batch.columns, chosen)
        frame.fill("elements", elements)
        frame.fill("full_text", line)
        return [name for name in found.rest if name not in {column for _, column in chosen}]

    def _put_shapes(self, frame: Frame, batch: Batch) -> None:
        """Put the place and the polygon in, and the code that may be made of the place."""
        geometry = batch.geometry if self._kind_has_shape() else None
        has_columns = {"lon", "lat"} & frame.values.keys()
        datum = self._datum(geometry) if geometry is not None or has_columns else None
        if batch.geometry is not None and geometry is None:
            self._report.findings.note(
                f"{self._kind.name} have no geometry: that of the file is left out"
            )
        shapes = None
        has_shape = self._kind.place in {Place.POLYGON, Place.SHAPE}
        if has_shape and geometry is not None and datum is not None:
            shapes = self._put_drawn(frame, geometry, datum)
        lon, lat = put_place(frame, self._kind, geometry, shapes, datum, self._placing)
        if "code" in self._kind.by_name and "code" not in frame.values and self._kind.identity:
            frame.fill("code", made_codes(frame, self._kind.identity, lon, lat))
            self._report.findings.note(
                f"no column of codes: codes are made from {', '.join(self._kind.identity)} "
                "(--map code=COLUMN)"
            )

    def _put_drawn(
        self, frame: Frame, geometry: NDArray[np.object_], datum: Datum
    ) -> NDArray[np.object_]:
        if self._kind.name == "houses":  # a house may be but a point
            geometry = only(shapely.get_dimensions(geometry) == 2, geometry)
        take = polygons_or_lines if self._kind.place is Place.SHAPE else polygons
        made = take(frame, geometry, datum)
        self._report.findings.add(
            "repaired",
            made.repaired,
            frame.numbers,
            "invalid rings made valid; area, parts and holes stayed",
        )
        frame.set("geom", shape_texts(made.shapes))
        frame.given.add("geom")
        return made.shapes

    def _datum(self, geometry: NDArray[np.object_] | None) -> Datum | None:
        datum = self._options.datum or (self._source.datum if geometry is not None else None)
        if datum is None:
            if geometry is not None and bool(np.all(shapely.is_missing(geometry))):
                return None
            raise LoadError(
                f"{self._source.path.name}: nothing tells the datum of its coordinates; "
                f"say it with --crs: {ACCEPTED}"
            )
        self._report.datum = str(datum)
        return datum

    def _require(self, frame: Frame, batch: Batch) -> None:
        """Refuse the file if it lacks a required field, and rows where one is empty."""
        required = [each.name for each in self._kind.fields if each.required]
        required += [] if "code" not in self._kind.by_name else ["code"]
        for name in dict.fromkeys(required):
            if name not in frame.values:
                if name == "code" and "id_number" in frame.values:
                    # The ID number tells one person from another as well.
                    nameless = ~frame.has("id_number") & ~frame.faults.mask
                    frame.faults.add(nameless, "missing_code", "neither code nor id_number")
                    continue
                listed = ", ".join(batch.columns.column_names) or "none"
                raise LoadError(
                    f"{self._source.path.name}: no column for {name} of {self._kind.name}; "
                    f"its columns are {listed}: name one with --map {name}=COLUMN"
                )
            empty = ~frame.has(name) & ~frame.faults.mask
            frame.faults.add(empty, f"missing_{name}", f"{name} is empty")
        if self._kind.place_required:
            if "geom" not in frame.values:
                raise LoadError(f"{self._source.path.name}: {self._kind.name} need geometries")
            empty = ~frame.has("geom") & ~frame.faults.mask
            frame.faults.add(empty, "missing_geometry", "no place")


def _raw(table: pa.Table, columns: Sequence[str], each: Field) -> tuple[pa.Array, pa.Field]:
    """Give the column of a field; several are joined, codes with a dash."""
    if len(columns) == 1:
        return table.column(columns[0]).combine_chunks(), table.field(columns[0])
    texts = [text(table.column(name).combine_chunks()) for name in columns]
    mark = "-" if each.type is Type.CODE else " " if each.type is Type.MOMENT else ""
    joined = pc.binary_join_element_wise(*texts, mark, null_handling="skip")
    return joined, pa.field(each.name, pa.string())


def _without_refused(frame: Frame) -> Frame:
    refused = frame.faults.mask
    if not refused.any():
        return frame
    keep = pa.array(~refused)
    return Frame(
        frame.numbers[~refused],
        {name: values.filter(keep) for name, values in frame.values.items()},
        Faults(frame.numbers[~refused]),
        frame.given,
        frame.only_new,
    )
