"""Several phones in one field: a digest of each, and those of the fields that are there."""

from typing import Any

import sqlalchemy as sa
from alembic import context, op

from gis_gov.access.personal import digested

revision = "0012"
down_revision = "0011"

TABLES = ("person", "worker", "enterprise")
COLUMNS = ("phone_digest_1", "phone_digest_2", "phone_digest_3")
BATCH = 20_000


def upgrade() -> None:
    for table in TABLES:
        for column in COLUMNS:
            op.add_column(table, sa.Column(column, sa.LargeBinary(), nullable=True))
        fill(table)
        for column in COLUMNS:
            op.create_index(
                f"{table}_{column}_idx",
                table,
                [column],
                postgresql_where=sa.text(f"{column} is not null"),
            )


def fill(table: str) -> None:
    """Digest the numbers of the fields that have several."""
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute("select set_config('gis_gov.resealing', 'on', true)")  # keeps updated_at
    defined = ", ".join(f"{column} bytea" for column in COLUMNS)
    driver.execute(f"create temporary table single (id bigint, {defined}) on commit drop")
    # A cursor on the server: the rows may be millions.
    with driver.cursor("sealed_phones") as reading:
        reading.execute(
            f"select id, phone_sealed from {table} where phone_sealed is not null"  # noqa: S608
        )
        while rows := reading.fetchmany(BATCH):
            found = list(several(table, rows))
            if found:
                copying = f"copy single (id, {', '.join(COLUMNS)}) from stdin"
                with driver.cursor().copy(copying) as copy:
                    for row in found:
                        copy.write_row(row)
    assigned = ", ".join(f"{column} = s.{column}" for column in COLUMNS)
    driver.execute(f"update {table} as t set {assigned} from single as s where s.id = t.id")  # noqa: S608
    driver.execute("drop table single")
    driver.execute("select set_config('gis_gov.resealing', '', true)")


def several(table: str, rows: list[tuple[int, Any]]) -> Any:
    """Yield the id and the digests of single numbers of the rows that have any."""
    sealer, bound = context.config.attributes["sealer"](), f"{table}.phone"
    for row_id, sealed in rows:
        _, *numbers = digested("phone", sealer.open(bytes(sealed), bound))
        if any(numbers):
            yield (row_id, *sealer.digest_many(numbers, bound))
