"""The kept counts that heat maps and statistics read instead of the things themselves."""

from typing import Any

from sqlalchemy import BigInteger, Column, Double, Index, Integer, Table, Text, text

from gis_gov.db.metadata import geometry, metadata


def _columns() -> list[Column[Any]]:
    keys = ("grid_id", "area_id", "cell")
    return [
        Column("layer", Text(collation="C"), primary_key=True),
        *(Column(key, BigInteger, primary_key=True, server_default=text("0")) for key in keys),
        Column("count", Integer, nullable=False),
        *(Column(side, Double) for side in ("west", "south", "east", "north")),
    ]


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
