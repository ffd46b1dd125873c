"""The stage: temporary tables that hold the rows of a load until they are merged."""

from collections.abc import Iterable, Sequence
from typing import Any, LiteralString

import pyarrow as pa
import pyarrow.csv as arrow_csv
from psycopg import Connection, sql
from sqlalchemy.dialects import postgresql

from gis_gov.db.metadata import SRID
from gis_gov.ingest.frame import Frame, Reject
from gis_gov.ingest.placement import BY_ADDRESS
from gis_gov.ingest.sealed import sealed_columns
from gis_gov.ingest.spec import Kind, Place, Type

_DIALECT = postgresql.dialect()
_PLACE_TYPES: dict[str, LiteralString] = {
    "geom": "geometry",
    "source_datum": "text",
    "source_x": "double precision",
    "source_y": "double precision",
    "place_method": "text",
    "accuracy_m": "real",
    "grid_id": "bigint",
    "area_id": "bigint",
    "cell": "bigint",
}
_HELPER_TYPES: dict[Type, LiteralString] = {
    Type.LIST: "text[]",
    Type.NUMBER: "double precision",
    Type.DATE: "date",
    Type.MOMENT: "timestamptz",
    Type.INTEGER: "bigint",
}
_CREATE_REJECTS = """
    create temporary table stage_reject (
        file smallint not null, row bigint not null, reason text not null, detail text not null
    )
"""
_COPY = "copy {table} ({columns}) from stdin (format csv)"
_REMOVE = """
    delete from stage as s using unnest(%s::smallint[], %s::bigint[]) as r (file, row)
    where s.file = r.file and s.row = r.row
"""
TABLES = ("stage", "stage_reject")


class Stage:
    """Takes prepared rows and rejects into temporary tables of the connection.

    `columns` are the table's own columns among those staged; `helpers` the others: what refers to
    rows of other tables, and the points that are to become addresses.
    """

    def __init__(self, connection: Connection[Any], kind: Kind) -> None:
        self.connection = connection
        self.kind = kind
        self.types = _stage_types(kind)
        self.given: set[str] = set()
        self.only_new: set[str] = set()
        self._drop()
        defined = [
            sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind_of))
            for name, kind_of in self.types.items()
        ]
        self.connection.execute(
            sql.SQL("create temporary table stage ({})").format(sql.SQL(", ").join(defined))
        )
        self.connection.execute(_CREATE_REJECTS)

    def close(self) -> None:
        """Drop the temporary tables."""
        self._drop()

    def add(self, file: int, frame: Frame, rejects: Iterable[Reject]) -> None:
        """Copy the rows of one batch in."""
        self.given |= frame.given
        self.only_new |= frame.only_new
        rows = len(frame)
        if rows:
            names = [name for name in frame.values if name in self.types]
            arrays = [frame.values[name] for name in names]
            numbered = [pa.array([file] * rows, pa.int16()), pa.array(frame.numbers)]
            table = pa.Table.from_arrays([*numbered, *arrays], names=["file", "row", *names])
            self._copy("stage", table)
        refused = list(rejects)
        if refused:
            self.reject([(file, each.row, each.reason, each.detail) for each in refused])

    def reject(self, rejects: Sequence[tuple[int, int, str, str]]) -> None:
        """Copy rejects in: file, row, reason, detail."""
        columns = list(zip(*rejects, strict=True))
        names = ["file", "row", "reason", "detail"]
        made = [
            pa.array([str(v) if n == "detail" else v for v in c])
            for n, c in zip(names, columns, strict=True)
        ]
        self._copy("stage_reject", pa.Table.from_arrays(made, names=names))

    def reject_where(self, reason: str, detail: sql.Composable, where: sql.Composable) -> int:
        """Refuse the staged rows `s` for which a condition holds; give their number.

        `detail` is an SQL expression over `s`.
        """
        moved = sql.SQL(
            "with refused as (delete from stage as s where {} returning s.*) "
            "insert into stage_reject select s.file, s.row, {}, coalesce({}, '') from refused as s"
        ).format(where, sql.Literal(reason), detail)
        return self.connection.execute(moved).rowcount

    def refuse(self, rejects: Sequence[tuple[int, int, str, str]]) -> None:
        """Refuse staged rows: file, row, reason, detail."""
        if not rejects:
            return
        self.reject(rejects)
        files, rows, _, _ = zip(*rejects, strict=True)
        self.connection.execute(_REMOVE, [list(files), list(rows)])

    def count(self) -> int:
        """Count the staged rows."""
        row = self.connection.execute("select count(*) from stage").fetchone()
        return row[0] if row else 0

    @property
    def columns(self) -> list[str]:
        """Name the table's own columns that the files gave, and those filled in for new rows."""
        own = {column.name for column in self.kind.table.columns}
        named = [n for n in self.types if n in own and n in self.given | self.only_new]
        if "geom" in self.given:
            named = list(dict.fromkeys([*named, *self.place_columns]))
        rest = ["attrs"] if self.kind.keeps_rest else []
        return [*[name for name in named if name != "attrs"], *rest]

    @property
    def place_columns(self) -> list[str]:
        """Name the table's columns that belong to its geometry."""
        own = {column.name for column in self.kind.table.columns}
        if self.kind.place is not Place.POINT:
            return ["geom"]
        return [name for name in _PLACE_TYPES if name in own]

    def _copy(self, table: str, rows: pa.Table) -> None:
        statement = sql.SQL(_COPY).format(
            table=sql.Identifier(table),
            columns=sql.SQL(", ").join(map(sql.Identifier, rows.column_names)),
        )
        sink = pa.BufferOutputStream()
        arrow_csv.write_csv(rows, sink, arrow_csv.WriteOptions(include_header=False))
        with self.connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(memoryview(sink.getvalue()))

    def _drop(self) -> None:
        names = sql.SQL(", ").join(sql.Identifier("pg_temp", name) for name in TABLES)
        self.connection.execute(sql.SQL("drop table if exists {}").format(names))


def _stage_types(kind: Kind) -> dict[str, LiteralString]:
    """Name the stage's columns and their types: the table's own type where it has the column."""
    types: dict[str, str] = {"file": "smallint", "row": "bigint"}
    for each in kind.fields:
        if each.sealed:
            types |= dict.fromkeys(sealed_columns(each.name), "bytea")
        elif each.stored:
            types[each.stored] = kind.table.columns[each.stored].type.compile(_DIALECT)
        elif each.name not in {"lon", "lat"}:
            types[each.name] = _HELPER_TYPES.get(each.type, "text")
    has_point = kind.place is Place.POINT or "lon" in kind.by_name
    if kind.place is not Place.NONE:
        types["geom"] = f"geometry(geometry,{SRID})"
    if has_point:
        prefix = "" if kind.place is Place.POINT else BY_ADDRESS
        for name, type_ in _PLACE_TYPES.items():
            types.setdefault(prefix + name, type_)
    types["attrs"] = "jsonb"
    return types  # type: ignore[return-value]  # compiled types are part of the program
