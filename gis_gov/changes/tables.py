"""The tables of the change log; triggers write them, and only the server's own scope reads them."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Double, Identity, Table, Text, text
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.types import UserDefinedType

from gis_gov.db.metadata import metadata


class Xid8(UserDefinedType[str]):
    """The number of a transaction, which never comes again."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return the type as PostgreSQL calls it."""
        return "xid8"


ischema_names["xid8"] = Xid8

change = Table(
    "change",
    metadata,
    Column("xact", Xid8, primary_key=True, server_default=text("pg_current_xact_id()")),
    Column("id", BigInteger, Identity(always=False), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("row_class", Text),
    Column("area_id", BigInteger),
    Column("grid_id", BigInteger),
    Column("object_id", BigInteger),
    Column("object_code", Text),
    *(Column(side, Double) for side in ("west", "south", "east", "north")),
    Column("for_all", Boolean, nullable=False, server_default=text("false")),
    Column("is_counted", Boolean, nullable=False, server_default=text("true")),
    Column(
        "made_at",
        DateTime(timezone=True),
        nullable=False,
        server_default=text("clock_timestamp()"),
    ),
    comment="What was written, where: by thing, or of many at once by area, grid and class.",
)

change_horizon = Table(
    "change_horizon",
    metadata,
    Column("one", Boolean, primary_key=True, server_default=text("true")),
    Column("xact", Xid8, nullable=False),
    comment="The newest transaction of which changes were dropped, as they were old.",
)
