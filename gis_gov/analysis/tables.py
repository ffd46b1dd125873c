"""The kept counts that heat maps and statistics read instead of the things themselves."""

from sqlalchemy import BigInteger, Column, Double, Index, Integer, Table, Text, text

from gis_gov.db.metadata import metadata

tally = Table(
    "tally",
    metadata,
    Column("layer", Text(collation="C"), primary_key=True),
    Column("grid_id", BigInteger, primary_key=True, server_default=text("0")),
    Column("area_id", BigInteger, primary_key=True, server_default=text("0")),
    Column("cell", BigInteger, primary_key=True, server_default=text("0")),
    Column("count", Integer, nullable=False),
    Column("west", Double),
    Column("south", Double),
    Column("east", Double),
    Column("north", Double),
    Index("tally_layer_west_idx", "layer", "west", "south"),
    comment=(
        "Things per layer, grid, area and H3 cell (0: none), kept by triggers; "
        "the box is never smaller than what it counts."
    ),
)
