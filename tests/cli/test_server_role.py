"""`gis-gov migrate` makes the role by which a server logs in to an outside database."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from tests.cli.process import Up, get, gis_gov, refusal
from tests.signed_in import every_right

PASSWORD = "p@ss/w:rd"


@pytest.fixture
def server_url(own_database_url: str) -> Iterator[str]:
    owner = make_url(own_database_url)
    name = f"s_{owner.database}"[:63]
    yield owner.set(username=name, password=PASSWORD).render_as_string(hide_password=False)
    with psycopg.connect(own_database_url, autocommit=True) as connection:
        connection.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(name)))


def test_it_serves_with_nothing_but_that_role(
    own_database_url: str, server_url: str, home: Path, start: Callable[..., Up], port: int
) -> None:
    given = {"GIS_GOV_HOME": home, "GIS_GOV_DATABASE_URL": own_database_url}
    done = gis_gov("migrate", **given, GIS_GOV_SERVER_DATABASE_URL=server_url)
    assert "the server's role is made" in done.stderr, done.stderr
    again = gis_gov("migrate", **given, GIS_GOV_SERVER_DATABASE_URL=server_url)
    assert (again.returncode, "role" in again.stderr) == (0, False)
    up = start("serve", "--port", port, GIS_GOV_HOME=home, GIS_GOV_DATABASE_URL=server_url)
    headers = every_right(own_database_url)
    answer = get(f"{up.address()}/statistics", headers=headers, level="street")
    assert answer.status_code == 200, answer.text
    assert up.stop() == 0
    assert "logs in as" not in "".join(up.said)


@pytest.fixture
def modest_url(own_database_url: str) -> Iterator[str]:
    """The URL of an owner who may make no roles."""
    owner = make_url(own_database_url)
    name = f"m_{owner.database}"[:63]
    with psycopg.connect(own_database_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("create role {} login password {} in role {}").format(
                sql.Identifier(name), sql.Literal(PASSWORD), sql.Identifier(owner.username or "")
            )
        )
        yield owner.set(username=name, password=PASSWORD).render_as_string(hide_password=False)
        connection.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))


def test_an_owner_who_may_make_no_roles(modest_url: str, server_url: str, home: Path) -> None:
    given = {"GIS_GOV_DATABASE_URL": modest_url, "GIS_GOV_SERVER_DATABASE_URL": server_url}
    line = refusal(gis_gov("migrate", GIS_GOV_HOME=home, **given))
    assert "may make no role for the server; let an administrator do it" in line
    assert PASSWORD not in line
