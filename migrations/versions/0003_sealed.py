"""Sealed: ID numbers and phones are encrypted, beside digests for look-up; plain ones carried over."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from gis_gov.access.personal import canonical
from gis_gov.db.migrate import MigrationRefused

revision = "0003"
down_revision = "0002"

SQL = Path(__file__).resolve().parent.parent / "sql"
SEALED = {"person": ("id_number", "phone"), "worker": ("phone",), "enterprise": ("phone",)}
BATCH = 20_000


def upgrade() -> None:
    op.create_table(
        "sealing_key",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("octet_length(id) = 4", name=op.f("sealing_key_id_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("sealing_key_pkey")),
        comment="Which keys the sealed data need; the keys themselves are never in the database.",
    )
    driver = driver_connection().cursor()
    for step in ("sealing_key", "mask", "touch"):
        driver.execute((SQL / f"0003_{step}.sql").read_text(encoding="utf-8"))
    op.drop_index("person_id_number_key", "person")
    for table, fields in SEALED.items():
        for field in fields:
            op.add_column(table, sa.Column(f"{field}_sealed", sa.LargeBinary(), nullable=True))
            op.add_column(table, sa.Column(f"{field}_digest", sa.LargeBinary(), nullable=True))
        carry_over(table, fields)
        leave_no_plain(table, fields)
    refuse_spellings()
    op.create_index(
        "person_id_number_digest_key",
        "person",
        ["id_number_digest"],
        unique=True,
        postgresql_where=sa.text("id_number_digest is not null"),
    )
    for table in SEALED:
        op.create_index(f"{table}_phone_digest_idx", table, ["phone_digest"])


def driver_connection() -> Any:
    return op.get_bind().connection.driver_connection


def carry_over(table: str, fields: tuple[str, ...]) -> None:
    """Seal the values that are there, batch after batch; derived columns do not depend on them."""
    driver = driver_connection().cursor()
    names = [f"{field}_{part}" for field in fields for part in ("sealed", "digest")]
    defined = ", ".join(f"{name} bytea" for name in names)
    driver.execute(f"create temporary table carried (id bigint, {defined}) on commit drop")
    some = " or ".join(f"{field} is not null" for field in fields)
    # A cursor on the server: the rows may be millions.
    with driver_connection().cursor("plain") as reading:
        reading.execute(f"select id, {', '.join(fields)} from {table} where {some}")  # noqa: S608
        while rows := reading.fetchmany(BATCH):
            ids, *columns = zip(*rows, strict=True)
            made = [
                part
                for field, values in zip(fields, columns, strict=True)
                for part in sealed_values(table, field, values)
            ]
            with driver.copy(f"copy carried (id, {', '.join(names)}) from stdin") as copy:
                for row in zip(ids, *made, strict=True):
                    copy.write_row(row)
    assigned = ", ".join(f"{name} = c.{name}" for name in names)
    driver.execute(f"alter table {table} disable trigger user")
    driver.execute(f"update {table} as t set {assigned} from carried as c where c.id = t.id")  # noqa: S608
    driver.execute(f"alter table {table} enable trigger user")
    driver.execute("drop table carried")


def leave_no_plain(table: str, fields: tuple[str, ...]) -> None:
    """Drop the plain columns, in a new file: rows as they were would stay in the old one.

    To drop a column changes no row, and VACUUM leaves the bytes of dead rows where they are.
    """
    emptied = ", ".join(f"alter column {field} type text using null::text" for field in fields)
    op.execute(f"alter table {table} {emptied}")
    for field in fields:
        op.drop_column(table, field)
    # The commonest values and a histogram stand in the statistics; those of a dropped column are
    # dead rows there. They can be rewritten only after the end of the migration.
    context.config.attributes["statistics_hold_plain"] = True


def sealed_values(table: str, field: str, values) -> list[list[bytes | None]]:
    """Seal values, None staying None; return them and their digests."""
    sealer = keys()
    given = [value for value in values if value is not None]
    bound = f"{table}.{field}"
    made = iter(sealer.seal_many(given, bound))
    digests = iter(sealer.digest_many([canonical(field, value) for value in given], bound))
    return [
        [None if value is None else next(made) for value in values],
        [None if value is None else next(digests) for value in values],
    ]


def keys():
    """Ask for the keys, and note them as those of the data."""
    sealer = context.config.attributes["sealer"]()
    driver_connection().execute(
        "insert into sealing_key (id) values (%s) on conflict do nothing", [sealer.current.id]
    )
    return sealer


def refuse_spellings() -> None:
    """Refuse two persons whose ID numbers were told apart only by how they are written."""
    found = op.get_bind().exec_driver_sql(
        "select min(code), max(code) from person where id_number_digest is not null"
        " group by id_number_digest having count(*) > 1 limit 1"
    )
    for first, second in found:
        raise MigrationRefused(
            f"the persons {first} and {second} have the same ID number, written differently;"
            " put one of them right, then migrate again"
        )
