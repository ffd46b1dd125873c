"""Secrets come from the environment or from files, and reach no log."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import psycopg
import pytest
import structlog
from psycopg import sql
from sqlalchemy.engine import make_url

from gis_gov import log
from gis_gov.db.cluster_roles import make_server_role
from gis_gov.named_files import SettingsError
from gis_gov.settings import Settings
from tests.cli.process import Up, gis_gov, refusal
from tests.conftest import log_plainly
from tests.signed_in import bearer, make_key

PASSWORD = "geheim-0815"
URL = "postgresql://gis:geheim@db.example/gis"

USERS = """
    select usename::text from pg_stat_activity
    where application_name like 'gis_gov%' and datname = current_database()
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text(f"{URL}\n")
    return path


@pytest.mark.parametrize("name", ["database_url", "server_database_url"])
def test_a_url_is_read_from_a_file(file: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(f"GIS_GOV_{name.upper()}_FILE", str(file))
    assert getattr(Settings(), name) == URL
    assert "geheim" not in repr(Settings())


def test_any_setting_may_come_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hosts").write_text("map.example,b.example\n")
    monkeypatch.setenv("GIS_GOV_HOSTS_FILE", str(tmp_path / "hosts"))
    assert Settings().hosts == ("map.example", "b.example")


def test_a_value_and_a_file_contradict_each_other(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIS_GOV_DATABASE_URL_FILE", str(file))
    monkeypatch.setenv("GIS_GOV_DATABASE_URL", URL)
    with pytest.raises(SettingsError, match="both set"):
        Settings()
    line = refusal(gis_gov("migrate", GIS_GOV_DATABASE_URL=URL, GIS_GOV_DATABASE_URL_FILE=file))
    assert "GIS_GOV_DATABASE_URL and GIS_GOV_DATABASE_URL_FILE are both set" in line
    assert "geheim" not in line


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    line = refusal(gis_gov("migrate", GIS_GOV_DATABASE_URL_FILE=tmp_path / "none"))
    assert line == f"gis-gov: {tmp_path / 'none'}: No such file or directory"


def test_what_a_file_holds_is_not_said(tmp_path: Path) -> None:
    (tmp_path / "wrong").write_text("mysql://gis:geheim@db/gis")
    line = refusal(gis_gov("migrate", GIS_GOV_DATABASE_URL_FILE=tmp_path / "wrong"))
    assert "GIS_GOV_DATABASE_URL: URL scheme should be" in line
    assert "geheim" not in line


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"no route to {URL}", "no route to postgresql://gis:***@db.example/gis"),
        ("Authorization: Bearer gg_abc.def", "Authorization: Bearer ***"),
        ("cookie: gis_gov_session=abc; a=b", "cookie: gis_gov_session=***; a=b"),
        (f"key gg_{'x' * 43} is old", "key *** is old"),
        ("Authorization: Basic d2FuZzpnZWhlaW0=, x", "Authorization: Basic ***, x"),
        ("cookie: a=b; gis_gov_oidc=AQ-x_y==; c=d", "cookie: a=b; gis_gov_oidc=***; c=d"),
        ("GET /x?password=geheim&a=b HTTP", "GET /x?password=***&a=b HTTP"),
        ("?new_password=geheim", "?new_password=***"),
        ("client_secret=geheim", "client_secret=***"),
        ("host=db password=geheim dbname=gis", "host=db password=*** dbname=gis"),
        ("password='ge he im' dbname=gis", "password='***' dbname=gis"),
        ('{"password": "ge he\'im", "a": 1}', '{"password": "***", "a": 1}'),
        ("postgres://gis:ge@he@im@db/gis", "postgres://gis:***@db/gis"),
        ("nothing to hide: 12:30@home", "nothing to hide: 12:30@home"),
    ],
)
def test_secrets_are_left_out_of_texts(text: str, told: str) -> None:
    assert log.without_secrets(text) == told


def test_a_failure_is_logged_without_values(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("info")
    try:
        logger = structlog.get_logger()
        password = PASSWORD
        try:
            int(f"unusual: {URL}")
        except ValueError:
            logger.exception("failed", url=URL)
        logger.debug("quiet")
    finally:
        log_plainly()
    told = capsys.readouterr().err
    assert "unusual" in told
    assert "test_a_failure_is_logged_without_values" in told
    assert "quiet" not in told
    assert "geheim" not in told
    assert password not in told


BROKEN = """
import asyncio, logging
SECRET = "postgresql://gis:geheim@db.example/gis password=geheim gg_" + "x" * 43
async def lost():
    raise OSError("lost " + SECRET)
async def app(scope, receive, send):
    if scope["type"] != "http":
        await receive()
        raise LookupError("no lifespan " + SECRET)
    logging.getLogger("psycopg.pool").warning("pool %s", SECRET)
    task = asyncio.create_task(lost())
    await asyncio.sleep(0.01)
    del task
    raise ValueError("callable " + SECRET + " /persons?name=geheim&a=geheim")
"""
SERVE = """
import sys
from granian import Granian
from gis_gov.cli.serve import LOG
Granian(
    "broken:app", port=int(sys.argv[1]), interface="asgi", log_dictconfig=LOG, log_level="debug",
    log_access=True, log_access_format="%(method)s %(path)s?%(query_string)s %(status)d"
).serve()
"""


@pytest.fixture
def broken(tmp_path: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server like ours, with its configuration of logs, whose application fails in every way."""
    (tmp_path / "broken.py").write_text(BROKEN)
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}"}
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, str(port)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        yield process, f"http://127.0.0.1:{port}"
        process.kill()


def test_the_http_server_s_own_log_tells_no_secret(
    broken: tuple[subprocess.Popen[str], str],
) -> None:
    process, address = broken
    transport = httpx.HTTPTransport(retries=8)
    with httpx.Client(transport=transport, timeout=60) as client:
        answer = client.get(
            f"{address}/persons", params={"name": "geheim", "key": "gg_" + "y" * 43}
        )
    assert answer.status_code == 500
    process.terminate()
    told, _ = process.communicate(timeout=60)
    for expected in (
        *("pool postgresql://gis:***@", "Task exception was never retrieved", "OSError: lost"),
        *("ValueError: callable", "/persons?name=***&a=***"),
        "GET /persons?name=***&key=*** 500",
    ):
        assert expected in told, told
    for secret in ("geheim", "x" * 43, "y" * 43):
        assert secret not in told


@pytest.fixture
def server_url(own_database_url: str) -> Iterator[str]:
    name = f"secret_{make_url(own_database_url).database}"[:63]
    with psycopg.connect(own_database_url, autocommit=True) as connection:
        make_server_role(connection, name, PASSWORD)
        url = make_url(own_database_url).set(username=name, password=PASSWORD)
        yield url.render_as_string(hide_password=False)
        connection.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))


def test_a_server_at_debug_level_tells_no_secret(
    start: Callable[..., Up], own_database_url: str, server_url: str, port: int, tmp_path: Path
) -> None:
    (tmp_path / "url").write_text(server_url)
    key = make_key(own_database_url, "commander")
    up = start(
        *("serve", "--port", port),
        GIS_GOV_DATABASE_URL_FILE=tmp_path / "url",
        GIS_GOV_LOG_LEVEL="debug",
    )
    address = up.address()
    name = make_url(server_url).username
    with psycopg.connect(own_database_url, autocommit=True) as connection:
        assert {user for (user,) in connection.execute(USERS)} == {name}
        connection.execute("alter table coarse_tally rename to hidden")
        httpx.get(f"{address}/tiles/grids.json", headers=bearer(key))
        connection.execute(sql.SQL("alter role {} nologin").format(sql.Identifier(name or "")))
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = %s", [name]
        )
        with suppress(httpx.HTTPError):
            httpx.get(f"{address}/style.json", headers=bearer(key), timeout=30)
    listed = subprocess.run(
        ["ps", "-ww", "-eo", "args"], capture_output=True, text=True, check=True
    )
    up.stop()
    told = "".join(up.said)
    assert re.search(r"internal error|listener disconnected", told)
    assert "keys of sealed data not compared" not in told
    for place in (told, listed.stdout):
        assert PASSWORD not in place
        assert key not in place
