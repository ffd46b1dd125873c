"""Change the key of sealed data: a new one seals, and what older ones sealed is sealed anew.

All of it can be stopped at any moment and taken up again. Loads wait until it is through.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, LiteralString

from psycopg import Connection, sql

from gis_gov.access.key_register import LOCK, UNLOCK, admit, registered
from gis_gov.access.keyring import SecretsError, read_keys, secrets_file, write_keys
from gis_gov.access.personal import SEALED, context, digest_columns, digested
from gis_gov.access.sealing import Key, Sealer, new_key
from gis_gov.settings import Settings

Progress = Callable[[str, float | None], None]

COLUMNS: Final = (
    *((table, field, digest_columns(field)) for table, field in SEALED),
    ("account", "totp", ()),
)
"""Table, field, and the columns of digests beside the sealed value."""
BATCH_ROWS: Final = 5_000

_OLD = sql.SQL(
    "select id, {sealed} from {table} where id > %(after)s and {sealed} is not null"
    " and substring({sealed} from 2 for 4) <> %(current)s order by id limit %(most)s for update"
)
_WRITE = sql.SQL(
    "update {table} as t set {assignments} from unnest(%(id)s::bigint[], {arrays})"
    " as n (id, {columns}) where t.id = n.id"
)
_IN_USE = sql.SQL(
    "select distinct substring({sealed} from 2 for 4) from {table} where {sealed} is not null"
)
_HIGHEST = sql.SQL("select coalesce(max(id), 0) from {table}")
_KEEP_TIMES = "select set_config('gis_gov.resealing', 'on', true)"
_FORGET = "delete from sealing_key where id <> %s"


def rotate(
    conn: Connection[Any], settings: Settings, progress: Progress = lambda _what, _done: None
) -> tuple[Key, int]:
    """Take a new key, unless an earlier rotation is unfinished; return it and the values resealed.

    The connection must be in autocommit.

    Raises:
        SecretsError: the keys can't be read or written, or lack one that the data need.

    """
    with alone(conn):
        sealer = Sealer(read_keys(settings))
        admit(conn, sealer)
        if registered(conn) == [sealer.current.id]:
            sealer = Sealer(_with_new_key(settings, sealer.keys))
            admit(conn, sealer)
        done = 0
        while found := _reseal_all(conn, sealer, progress):
            done += found  # a server may have sealed by the old key meanwhile
        conn.execute(_FORGET, [sealer.current.id])
    return sealer.current, done


def prune(conn: Connection[Any], settings: Settings) -> Sequence[Key]:
    """Drop the keys that no data need from the file, and return them.

    Raises:
        SecretsError: the keys can't be read or written, or stand in the environment.

    """
    with alone(conn):
        keys = read_keys(settings)
        wanted = {*registered(conn), *keys_in_use(conn), keys[0].id}
        dropped = [key for key in keys if key.id not in wanted]
        if not dropped:
            return []
        file = secrets_file(settings)
        if file is None:
            listed = ", ".join(key.id.hex() for key in dropped)
            raise SecretsError(
                f"no data need the keys {listed} any more; take them out of GIS_GOV_SECRETS"
            )
        write_keys(file, [key for key in keys if key.id in wanted])
    return dropped


def keys_in_use(conn: Connection[Any]) -> set[bytes]:
    """Return the ids of the keys that some value is sealed by; reads every such value."""
    found: set[bytes] = set()
    for table, field, _ in COLUMNS:
        rows = conn.execute(_IN_USE.format(**_names(table, field))).fetchall()
        found |= {bytes(key_id) for (key_id,) in rows}
    return found


@contextmanager
def alone(conn: Connection[Any]) -> Iterator[None]:
    """Wait for loads that seal, and let none begin meanwhile."""
    conn.execute(LOCK)
    try:
        yield
    finally:
        conn.execute(UNLOCK)


def _with_new_key(settings: Settings, keys: Sequence[Key]) -> Sequence[Key]:
    file = secrets_file(settings)
    if file is None:
        raise SecretsError(
            "the keys stand in GIS_GOV_SECRETS: put a new one first there, and a comma after it"
            " (gis-gov secret make prints one), start the servers anew, then rotate again"
        )
    made = (new_key(), *keys)
    write_keys(file, made)
    return made


def _reseal_all(conn: Connection[Any], sealer: Sealer, progress: Progress) -> int:
    done = 0
    for table, field, digests in COLUMNS:
        names = _names(table, field)
        row = conn.execute(_HIGHEST.format(**names)).fetchone()
        highest = row[0] if row else 0
        after = 0
        while True:
            with conn.transaction():
                conn.execute(_KEEP_TIMES)
                last, count = _reseal_some(conn, sealer, (table, field), after, digests)
            if last is None:
                break
            after, done = last, done + count
            progress(f"sealing {table}.{field} anew", min(after / max(highest, 1), 1.0))
    return done


def _reseal_some(
    conn: Connection[Any],
    sealer: Sealer,
    column: tuple[str, str],
    after: int,
    digests: tuple[str, ...],
) -> tuple[int | None, int]:
    """Seal a batch anew; return the last id of it, None where there is no more."""
    names, bound = _names(*column), context(*column)
    told = {"after": after, "current": sealer.current.id, "most": BATCH_ROWS}
    rows = conn.execute(_OLD.format(**names), told).fetchall()
    if not rows:
        return None, 0
    texts = [sealer.open(bytes(sealed), bound) for _, sealed in rows]
    written: dict[str, Any] = {f"{column[1]}_sealed": sealer.seal_many(texts, bound)}
    if digests:
        spelled = zip(*(digested(column[1], text) for text in texts), strict=True)
        for name, each in zip(digests, spelled, strict=True):
            written[name] = sealer.digest_many(each, bound)
    statement = _writing(names["table"], list(written))
    conn.execute(statement, {"id": [row_id for row_id, _ in rows], **written})
    return rows[-1][0], len(rows)


def _writing(table: sql.Composable, columns: Sequence[str]) -> sql.Composed:
    def listed(form: LiteralString) -> sql.Composed:
        return sql.SQL(", ").join(
            sql.SQL(form).format(name=sql.Identifier(name), value=sql.Placeholder(name))
            for name in columns
        )

    return _WRITE.format(
        table=table,
        columns=listed("{name}"),
        arrays=listed("{value}::bytea[]"),
        assignments=listed("{name} = n.{name}"),
    )


def _names(table: str, field: str) -> dict[str, sql.Composable]:
    return {
        "table": sql.Identifier(table),
        "sealed": sql.Identifier(f"{field}_sealed"),
    }
