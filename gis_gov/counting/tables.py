"""The kept counts that heat maps and statistics read instead of the things themselves."""

from typing import Any

from sqlalchemy import BigInteger, Column, Double, Index, Integer, Table, Text, text

from gis_gov.db.metadata import geometry, metadata


def _columns() -> list[Column[Any]]:
    keys = ("grid_id", "area_id", "cell")
    return [
        Column("layer", Text(collation="C"), primary_key=True),
        *(Column(key, BigInteger, primary_key=True, server_default=text("0")) for key in keys),
        *_counted(),
    ]


def _counted() -> list[Column[Any]]:
    return [
        Column("count", Integer, nullable=False),
        *(Column(side, Double) for side in ("west", "south", "east", "north")),
    ]


def _apart() -> list[Column[Any]]:
    """Make the columns of what is counted by state and level, `''` where there is none."""
    return [
        *(Column(name, Text(collation="C"), primary_key=True) for name in ("state", "level")),
        *(_number(name) for name in ("cell", "grid_id", "area_id")),
        *_counted(),
    ]


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger, primary_key=True, autoincrement=False)


tally = Table(
    "tally",
    metadata,
    *_columns(),
    Index("tally_layer_west_idx", "layer", "west", "south"),
    comment=(
        "Things per layer, grid, area and H3 cell (0: none), kept by triggers; "
        "the box is never smaller than what it counts."
    ),
)

COARSE_RESOLUTION = 9

coarse_tally = Table(
    "coarse_tally",
    metadata,
    *_columns(),
    Column("content", BigInteger, nullable=False, server_default=text("0")),
    Index("coarse_tally_layer_west_idx", "layer", "west", "south"),
    comment="The tally by H3 cells of resolution 9 (0: none), kept by the same triggers.",
)

event_tally = Table(
    "event_tally",
    metadata,
    *_apart(),
    Index("event_tally_west_idx", "west", "south"),
    comment=(
        "Events by state and level ('': none), grid, area and H3 cell of resolution 11 (0: none)."
    ),
)

coarse_event_tally = Table(
    "coarse_event_tally",
    metadata,
    *_apart(),
    Index("coarse_event_tally_unclosed_idx", "cell", postgresql_where=text("state <> 'closed'")),
    comment=(
        "Events by state and level ('': none), grid, area and H3 cell of resolution 9 (0: none)."
    ),
)

event_class_tally = Table(
    "event_class_tally",
    metadata,
    _number("class_id"),
    *_apart(),
    comment=(
        "Events by class (0: none), state and level ('': none), grid, area and H3 cell of"
        " resolution 9 (0: none)."
    ),
)

hexagon = Table(
    "hexagon",
    metadata,
    Column("cell", BigInteger, primary_key=True, autoincrement=False),
    geometry("POLYGON", nullable=False),
    comment="Shapes of the H3 cells of kept counts and of their parents, drawn by the server.",
)

hexagon_missing = Table(
    "hexagon_missing",
    metadata,
    Column("cell", BigInteger, nullable=False),
    Index("hexagon_missing_cell_idx", "cell"),
    comment="H3 cells of kept counts that have no shape yet.",
)
