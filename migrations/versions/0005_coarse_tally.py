"""For maps of a whole district: coarse counts, and indexes that row policies are read from."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

SQL = Path(__file__).resolve().parent.parent / "sql"
KEY = ("layer", "grid_id", "area_id", "cell")


def upgrade() -> None:
    # Whoever counts by the old function must be through before, and who comes after has the new one.
    op.execute(
        "lock table address, house, enterprise, person, resource, event in share row exclusive mode"
    )
    op.create_table(
        "coarse_tally",
        sa.Column("layer", sa.Text(collation="C"), nullable=False),
        *(
            sa.Column(name, sa.BigInteger(), server_default=sa.text("0"), nullable=False)
            for name in KEY[1:]
        ),
        sa.Column("count", sa.Integer(), nullable=False),
        *(sa.Column(side, sa.Double()) for side in ("west", "south", "east", "north")),
        sa.PrimaryKeyConstraint(*KEY, name=op.f("coarse_tally_pkey")),
        comment="The tally by H3 cells of resolution 9 (0: none), kept by the same triggers.",
    )
    # What tiles count for each address and building, with what the policies ask of each row.
    for table, column, *asked in (
        ("person", "address_id", "area_id", "grid_id", "person_class"),
        ("house", "parent_id", "area_id", "grid_id"),
    ):
        op.drop_index(f"{table}_{column}_idx", table)
        op.create_index(f"{table}_{column}_idx", table, [column, *asked])
    op.create_index(
        "house_by_address_alone_idx",
        "house",
        ["address_id"],
        postgresql_where=sa.text("geom is null and parent_id is null"),
    )
    driver = op.get_bind().connection.cursor()  # several statements a file: only without parameters
    driver.execute((SQL / "0005_coarse_tally.sql").read_text(encoding="utf-8"))
