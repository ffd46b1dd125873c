"""Keys are changed while the data stay, in steps that can be cut off."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from gis_gov.access.key_register import admit, registered, seal_rows
from gis_gov.access.keyring import FILE, SecretsError, load_sealer, read_keys, text_of_keys
from gis_gov.access.problems import CannotOpen
from gis_gov.access.rotation import BATCH_ROWS, alone, keys_in_use, prune, rotate
from gis_gov.access.sealing import Key, Sealer, new_key
from gis_gov.settings import Settings

PERSONS = 25
MORE = BATCH_ROWS
"""Persons with an ID number who are one batch, so that all together are more."""
FILL = """
    insert into person (code, name, id_number_sealed, id_number_digest, phone_sealed, phone_digest)
    values (%s, 'p', %s, %s, %s, %s)
"""


class CutOff(Exception):
    """The rotation is killed."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, secrets=None)


@pytest.fixture
def conn(own_database_url: str, settings: Settings) -> Iterator[psycopg.Connection[Any]]:
    """A database in which a home's first key has sealed persons, a worker and a second factor."""
    sealer = load_sealer(settings)
    with psycopg.connect(own_database_url, autocommit=True) as opened:
        admit(opened, sealer)
        for number in range(PERSONS):
            opened.execute(
                FILL,
                [
                    f"P{number:02}",
                    sealer.seal(f"N{number}x", "person.id_number"),
                    sealer.digest(f"N{number}X", "person.id_number"),
                    sealer.seal(f"138-{number}", "person.phone"),
                    sealer.digest(f"138{number}", "person.phone"),
                ],
            )
        opened.execute("insert into person (code, name) values ('none', 'p')")
        opened.execute(
            "insert into enterprise (code, name, phone_sealed) values ('E', 'e', %s)",
            [sealer.seal("13800138000/13900139000", "enterprise.phone")],
        )
        opened.execute(
            "insert into worker (code, name, phone_sealed) values ('W', 'w', %s)",
            [sealer.seal("1", "worker.phone")],
        )
        opened.execute(
            "insert into account (name, totp_sealed) values ('wang', %s)",
            [sealer.seal("JBSWY3DP", "account.totp")],
        )
        yield opened


def read(conn: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    return conn.execute("""
        select code, id_number_sealed, id_number_digest, phone_sealed, phone_digest
        from person where code like 'P%' order by code
    """).fetchall()


def check(conn: psycopg.Connection[Any], sealer: Sealer) -> None:
    """Every value opens, and stands beside the digest by the newest key."""
    for code, number, number_digest, phone, phone_digest in read(conn):
        at = int(code[1:])
        assert sealer.open(number, "person.id_number") == f"N{at}x"
        assert number_digest == sealer.digest(f"N{at}X", "person.id_number")
        assert sealer.open(phone, "person.phone") == f"138-{at}"
        assert phone_digest == sealer.digest(f"138{at}", "person.phone")
    ((factor,),) = conn.execute("select totp_sealed from account").fetchall()
    assert sealer.open(factor, "account.totp") == "JBSWY3DP"
    ((phone, digest),) = conn.execute("select phone_sealed, phone_digest from worker").fetchall()
    assert sealer.open(phone, "worker.phone") == "1"
    assert digest == sealer.digest("1", "worker.phone")
    ((*digests,),) = conn.execute(
        "select phone_digest_1, phone_digest_2, phone_digest_3 from enterprise"
    ).fetchall()
    numbers = ("13800138000", "13900139000")
    assert digests == [*(sealer.digest(number, "enterprise.phone") for number in numbers), None]


def test_everything_is_sealed_by_a_new_key(
    conn: psycopg.Connection[Any], settings: Settings
) -> None:
    old = load_sealer(settings)
    times = conn.execute("select code, updated_at from person order by code").fetchall()
    key, done = rotate(conn, settings)
    assert done == 2 * PERSONS + 3
    sealer = load_sealer(settings)
    assert sealer.keys == (key, old.current)
    assert keys_in_use(conn) == {key.id}
    assert registered(conn) == [key.id]
    check(conn, Sealer([key]))
    assert conn.execute("select code, updated_at from person order by code").fetchall() == times
    with pytest.raises(CannotOpen):
        check(conn, Sealer([old.current]))


def test_a_rotation_that_was_cut_off_goes_on(
    conn: psycopg.Connection[Any], settings: Settings
) -> None:
    first, field = load_sealer(settings), "person.id_number"
    numbers = [f"M{n}" for n in range(MORE)]
    conn.execute(
        "insert into person (code, name, id_number_sealed, id_number_digest)"
        " select number, 'm', sealed, digest"
        " from unnest(%s::text[], %s::bytea[], %s::bytea[]) as n (number, sealed, digest)",
        [numbers, first.seal_many(numbers, field), first.digest_many(numbers, field)],
    )

    def cut_off(_what: str, _done: float | None) -> None:
        raise CutOff

    with pytest.raises(CutOff):
        rotate(conn, settings, cut_off)
    keys = read_keys(settings)
    assert len(keys) == len(keys_in_use(conn)) == len(registered(conn)) == 2
    sealer = load_sealer(settings)
    for code, number, number_digest, *_ in read(conn):
        assert sealer.open(number, "person.id_number") == f"N{int(code[1:])}x"
        assert number_digest in sealer.digests(f"N{int(code[1:])}X", "person.id_number")
    with pytest.raises(SecretsError, match="gis-gov secret rotate"), conn.transaction():
        seal_rows(conn, sealer)
    assert prune(conn, settings) == []
    key, done = rotate(conn, settings)
    assert read_keys(settings) == keys
    assert (key, done) == (keys[0], 2 * PERSONS + 3 + MORE - BATCH_ROWS)
    check(conn, Sealer([key]))


def test_keys_that_no_data_need_are_dropped(
    conn: psycopg.Connection[Any], settings: Settings
) -> None:
    assert prune(conn, settings) == []
    first = read_keys(settings)[0]
    key, _ = rotate(conn, settings)
    assert prune(conn, settings) == [first]
    assert read_keys(settings) == (key,)
    check(conn, load_sealer(settings))


def test_a_key_that_some_value_still_needs_is_kept(
    conn: psycopg.Connection[Any], settings: Settings
) -> None:
    old = load_sealer(settings)
    rotate(conn, settings)
    sealed = Sealer([old.current]).seal("late", "account.totp")
    conn.execute("update account set totp_sealed = %s", [sealed])
    assert prune(conn, settings) == []
    assert old.current in read_keys(settings)


def test_a_load_waits_for_a_rotation(
    conn: psycopg.Connection[Any], settings: Settings, own_database_url: str
) -> None:
    through = threading.Event()

    def load() -> None:
        with psycopg.connect(own_database_url) as other:
            seal_rows(other, load_sealer(settings))
            through.set()

    with alone(conn):
        thread = threading.Thread(target=load)
        thread.start()
        assert not through.wait(0.5)
    thread.join(timeout=10)
    assert through.is_set()


def test_keys_in_the_environment_are_changed_there(
    conn: psycopg.Connection[Any], settings: Settings
) -> None:
    old = read_keys(settings)

    def environment(*keys: Key) -> Settings:
        return Settings(home=settings.home, secrets=text_of_keys(keys))  # type: ignore[arg-type]

    with pytest.raises(SecretsError, match="put a new one first"):
        rotate(conn, environment(*old))
    newest = new_key()
    assert rotate(conn, environment(newest, *old)) == (newest, 2 * PERSONS + 3)
    with pytest.raises(SecretsError, match=f"{old[0].id.hex()}.*take them out"):
        prune(conn, environment(newest, *old))
    assert prune(conn, environment(newest)) == []
    assert read_keys(settings) == old


def test_other_keys_are_refused_by_name(
    conn: psycopg.Connection[Any], settings: Settings, tmp_path: Path
) -> None:
    needed = read_keys(settings)[0]
    (tmp_path / FILE).unlink()
    with pytest.raises(SecretsError, match=needed.id.hex()):
        admit(conn, load_sealer(settings))
    assert registered(conn) == [needed.id]
