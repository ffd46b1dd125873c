"""Merge the stage into its table by the natural key: insert, update what differs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, sql

from gis_gov.ingest.repeats import FOLDED
from gis_gov.ingest.sealed import SEALED
from gis_gov.ingest.spec import Kind, Place
from gis_gov.ingest.stage import Stage

_INSERT = sql.SQL("""
    insert into {table} ({columns})
    select {values} from {source} as s
    where {fresh} and {ready}
""")
_UPDATE = sql.SQL("""
    update {table} as t set {assignments}
    from {source} as s
    where {same_key} and row({old}) is distinct from row({new})
""")
_DIFFERS = sql.SQL("""
    select exists (
        select 1 from {source} as s inner join {table} as t on {same_key}
        where row({old}) is distinct from row({new})
    )
""")
_UNPLACED = frozenset(("grid_id", "area_id", "cell"))
# The trigger that keeps these true would else write each row once more.
_OF_ADDRESS = ("grid_id", "area_id")


@dataclass(frozen=True)
class Merged:
    """How many rows were inserted and updated."""

    inserted: int
    updated: int


class Merge:
    """The statements that bring the stage of a kind into its table."""

    def __init__(self, stage: Stage, left_over: Sequence[str]) -> None:
        """Take the stage, and the names that attrs has in these files: they replace the old."""
        self._stage = stage
        self._kind = stage.kind
        self._table = sql.Identifier(stage.kind.table.name)
        self._left_over = [*left_over, FOLDED]
        self._references = [each for each in stage.kind.references if each.field in stage.given]
        self._insert_columns = [*stage.columns, *(each.column for each in self._references)]
        self._follows_address = any(each.column == "address_id" for each in self._references) and (
            self._kind.place is not Place.POINT
        )
        if self._follows_address:
            self._insert_columns += _OF_ADDRESS
        self._update_columns = [
            name for name in self._insert_columns if name not in {*stage.only_new, *self._kind.key}
        ]

    def run(self, *, empty: bool) -> Merged:
        """Merge; `empty` says that the table has no rows, so that none need be compared."""
        connection = self._stage.connection
        updated = 0 if empty else self._update(connection)
        return Merged(self._insert(connection, empty=empty), updated)

    def _insert(self, connection: Connection[Any], *, empty: bool) -> int:
        """Insert new rows; those that refer to rows of the same table, after these."""
        own = [each for each in self._references if each.table == self._kind.table.name]
        inserted = 0
        while True:
            ready = sql.SQL(" and ").join(
                [sql.SQL("true")]
                + [
                    sql.SQL("({f} is null or {c} is not null)").format(
                        f=sql.Identifier("s", each.field), c=sql.Identifier("s", each.column)
                    )
                    for each in own
                ]
            )
            fresh = sql.SQL("true") if empty and not (own and inserted) else self._fresh()
            count = connection.execute(
                _INSERT.format(
                    table=self._table,
                    columns=_list(self._insert_columns),
                    values=_list(self._insert_columns, "s"),
                    source=self._source(),
                    fresh=fresh,
                    ready=ready,
                )
            ).rowcount
            inserted += count
            if not own or count == 0:
                return inserted

    def _update(self, connection: Connection[Any]) -> int:
        parts = {
            "table": self._table,
            "source": self._source(),
            "same_key": self._same_key(),
            "old": sql.SQL(", ").join(_comparable(n, "t") for n in self._compared()),
            "new": sql.SQL(", ").join(self._new(n, comparable=True) for n in self._compared()),
        }
        found = connection.execute(_DIFFERS.format(**parts)).fetchone()
        if not found or not found[0]:
            return 0
        assignments = sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), self._new(name))
            for name in self._update_columns
        )
        return connection.execute(_UPDATE.format(**parts, assignments=assignments)).rowcount

    def _compared(self) -> list[str]:
        """Name the columns that decide whether a row differs.

        Grid, area and cell follow others; a text is sealed differently each time.
        """
        following = _OF_ADDRESS if self._follows_address else ()
        return [
            name
            for name in self._update_columns
            if name not in {*self._derived(), *following} and not name.endswith(SEALED)
        ]

    def _derived(self) -> frozenset[str]:
        return _UNPLACED if self._kind.place is Place.POINT else frozenset()

    def _new(self, name: str, *, comparable: bool = False) -> sql.Composable:
        """Write what a column is to become."""
        if name == "attrs":
            return sql.SQL("(t.attrs - {}::text[]) || s.attrs").format(sql.Literal(self._left_over))
        if name in self._derived():
            # A row whose point stays keeps its place: an event that of its day.
            return sql.SQL(
                "case when t.geom::bytea is distinct from s.geom::bytea then {} else {} end"
            ).format(sql.Identifier("s", name), sql.Identifier("t", name))
        if comparable:
            return _comparable(name, "s", self._type_of(name))
        return sql.Identifier("s", name)

    def _type_of(self, name: str) -> str | None:
        kind = str(self._kind.table.columns[name].type)
        return "real" if kind == "REAL" else None

    def _source(self) -> sql.Composable:
        """Join the stage with the rows it refers to, whose ids it needs."""
        joins = [
            sql.SQL("left join {} as {} on {}.code = p.{} {}").format(
                sql.Identifier(each.table),
                sql.Identifier(f"to_{each.column}"),
                sql.Identifier(f"to_{each.column}"),
                sql.Identifier(each.field),
                sql.SQL(""),
            )
            for each in self._references
        ]
        ids = [
            sql.SQL(", {}.id as {}").format(
                sql.Identifier(f"to_{each.column}"), sql.Identifier(each.column)
            )
            for each in self._references
        ]
        if self._follows_address:
            ids += [
                sql.SQL(", {} as {}").format(
                    sql.Identifier("to_address_id", name), sql.Identifier(name)
                )
                for name in _OF_ADDRESS
            ]
        if not joins:
            return sql.SQL("stage")
        staged = [
            name
            for name in self._stage.types
            if name not in {each.column for each in self._references}
        ]
        return sql.SQL("(select {}{} from stage as p {})").format(
            _list(staged, "p"), sql.Composed(ids), sql.SQL(" ").join(joins)
        )

    def _fresh(self) -> sql.Composable:
        return sql.SQL("not exists (select 1 from {} as t where {})").format(
            self._table, self._same_key()
        )

    def _same_key(self) -> sql.Composable:
        return sql.SQL(" and ").join(
            sql.SQL("t.{0} = s.{0}").format(sql.Identifier(name)) for name in self._kind.key
        )


def row_count(connection: Connection[Any], kind: Kind) -> int:
    """Count the rows of a kind's table, as far as matters: up to twice a large load."""
    query = sql.SQL("select count(*) from (select 1 from {} limit 2000000) as t").format(
        sql.Identifier(kind.table.name)
    )
    row = connection.execute(query).fetchone()
    return row[0] if row else 0


def _list(names: Sequence[str], table: str = "") -> sql.Composable:
    return sql.SQL(", ").join(
        sql.Identifier(table, name) if table else sql.Identifier(name) for name in names
    )


def _comparable(name: str, table: str, cast: str | None = None) -> sql.Composable:
    """Write a column for comparison: geometries by their bytes, in the column's precision."""
    column = sql.Identifier(table, name)
    if name == "geom":
        return sql.SQL("{}::bytea").format(column)
    return sql.SQL("{}::real").format(column) if cast == "real" else column
