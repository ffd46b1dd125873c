"""What tests share: one PostGIS a run, one database a worker, a rolled-back connection a test.

`database_url`      the worker's own migrated, empty database; leave nothing committed in it
`conn`              an async connection to it; what a test writes is rolled back
`own_database_url`  a migrated, empty database for one test that commits, or runs the server
`sample_url`        a database with the small sample, which tests only read
`client`            an httpx client of the application, running on the test's `own_database_url`
`shared_client`     a client of one application over an empty database, which tests only ask
`shared_data`       the folder of real data beside the checkout; skips where it is missing

The PostGIS is a private one, without fsync; GIS_GOV_TEST_DATABASE_URL names another, on which the
tests may make and drop databases.
"""

import contextlib
import gc
import itertools
import os
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import hypothesis
import psycopg
import pytest
import structlog
from alembic import command
from psycopg import sql
from sqlalchemy.engine import make_url

from gis_gov import OBJECTS_BEFORE_GARBAGE
from gis_gov.db.cluster import Cluster
from gis_gov.db.cluster_lock import try_lock
from gis_gov.db.migrate import config, migrate
from gis_gov.settings import Settings
from tests.quick_passwords import hash_quickly, quicken_sign_in
from tests.run_folder import make_run_folder, remove_run_folder
from tests.sealed import SEALER, SECRETS

FAST = {
    "max_connections": "400",  # servers that tests share stay until the end, each with some
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "autovacuum_naptime": "1h",
    "shared_preload_libraries": "postgis-3",  # or each of thousands of sessions loads it, in 8 ms
}
# Each run draws other examples: many runs try more than one long one. A busy machine is no defect.
hypothesis.settings.register_profile("run", max_examples=40, deadline=None)
# But what one change is judged by is not drawn by lot (decision 127).
hypothesis.settings.register_profile(
    "ci", max_examples=40, deadline=None, derandomize=True, database=None
)
hypothesis.settings.load_profile("ci" if "CI" in os.environ else "run")
pytest_plugins = ("tests.cancelled", "tests.counting.worlds")
RUN_FOLDER = pytest.StashKey[Path]()
REAL_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


class TestServer:
    """The PostGIS of a test run, shared by its workers, which meet in `folder`."""

    __test__ = False

    def __init__(self, folder: Path) -> None:
        self._run = folder.name.replace("-", "_").lower()
        self._outside = os.environ.get("GIS_GOV_TEST_DATABASE_URL")
        self._cluster = Cluster(folder / "home", FAST)
        self._folder = folder
        self._numbers = itertools.count()

    def start(self) -> None:
        """Start the server and make the template database, unless another worker has."""
        with (self._folder / "lock").open("a") as lock:
            assert try_lock(lock.fileno(), wait_s=120)
            if (self._folder / "ready").exists():
                return
            if not self._outside:
                self._cluster.init()
                self._cluster.start(outlives=True)
                quicken_sign_in(self._cluster.url("postgres"))
            self._execute("create database {}", self._template)
            migrate(self.url(self._template))
            (self._folder / "ready").touch()

    def stop(self) -> None:
        """Drop what the run made."""
        if not self._outside:
            self._cluster.stop()
        elif (self._folder / "ready").exists():
            for name in self._databases():
                self._drop(name)

    @contextlib.contextmanager
    def database(self, copied: str | None = None) -> Iterator[str]:
        """Copy the template, or a database that nobody is connected to, and yield the URL."""
        name = f"{self._run}_{os.getpid()}_{next(self._numbers)}"
        template = self._template if copied is None else make_url(copied).database or ""
        self._execute("create database {} template {} strategy file_copy", name, template)
        yield self.url(name)
        self._drop(name)

    @contextlib.contextmanager
    def older_database(self, revision: str) -> Iterator[str]:
        """Make an empty database of an older schema, and yield the URL."""
        with self.database() as url:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("drop schema public cascade")
                connection.execute("create schema public")
            command.upgrade(config(url), revision)
            yield url

    def url(self, database: str) -> str:
        """Return the URL of a database of the server."""
        if not self._outside:
            return self._cluster.url(database)
        return make_url(self._outside).set(database=database).render_as_string(hide_password=False)

    @property
    def _maintenance(self) -> str:
        return self._outside or self._cluster.url("postgres")

    @property
    def _template(self) -> str:
        return f"{self._run}_template"

    def _databases(self) -> list[str]:
        with psycopg.connect(self._outside or "") as connection:
            pattern = self._run.replace("_", r"\_") + "%"
            rows = connection.execute(
                "select datname from pg_database where datname like %s", [pattern]
            )
            return [name for (name,) in rows]

    def _drop(self, database: str) -> None:
        """Drop a database, once its sessions that are about to end have ended.

        PostgreSQL would look for them again after 0.1 s only, each time.
        """
        last = time.monotonic() + 0.1
        with psycopg.connect(self._maintenance, autocommit=True) as connection:
            while time.monotonic() < last and _sessions(connection, database):
                time.sleep(0.002)
            name = sql.Identifier(database)
            connection.execute(sql.SQL("drop database {} with (force)").format(name))

    def _execute(self, statement: str, *names: str) -> None:
        composed = sql.SQL(statement).format(*map(sql.Identifier, names))  # type: ignore[arg-type]
        with psycopg.connect(self._maintenance, autocommit=True) as connection:
            connection.execute(composed)


def _sessions(connection: psycopg.Connection[Any], database: str) -> int:
    query = "select from pg_stat_activity where datname = %s"
    return connection.execute(query, [database]).rowcount


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder in which the workers of this run meet."""
    worker = getattr(config, "workerinput", None)
    config.stash[RUN_FOLDER] = Path(worker["run_folder"]) if worker else make_run_folder()
    # The checkout's own folder must get no keys and no anchors; all databases of one run have the
    # same.
    os.environ["GIS_GOV_SECRETS"] = SECRETS
    # Each process that a test starts would compile the whole package again.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    log_plainly()
    hash_quickly()
    gc.set_threshold(OBJECTS_BEFORE_GARBAGE, 10, 10)  # as the server does
    # Thousands of connections of tests build no tile.
    os.environ["GIS_GOV_POOL_WARM"] = "false"
    # A test that waits, in the thread of the application, for what that holds, must not for good.
    os.environ["GIS_GOV_IDLE_TRANSACTION_S"] = "30"
    os.environ["GIS_GOV_AUDIT_ANCHOR_FILE"] = str(config.stash[RUN_FOLDER] / "audit.anchor")


def log_plainly() -> None:
    """Log to whatever standard output is, a failure as the product does.

    A traceback in colours, with the values of all variables, takes seconds of a processor.
    """
    structlog.reset_defaults()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.dev.ConsoleRenderer(
                colors=False, exception_formatter=structlog.dev.plain_traceback
            ),
        ]
    )


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker where the workers meet."""
    node.workerinput["run_folder"] = str(node.config.stash[RUN_FOLDER])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server when the whole run is over."""
    if not hasattr(config, "workerinput"):
        TestServer(config.stash[RUN_FOLDER]).stop()
        remove_run_folder(config.stash[RUN_FOLDER])


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgis(pytestconfig: pytest.Config) -> TestServer:
    server = TestServer(pytestconfig.stash[RUN_FOLDER])
    server.start()
    return server


@pytest.fixture(scope="session")
def database_url(postgis: TestServer) -> Iterator[str]:
    with postgis.database() as url:
        yield url


@pytest.fixture
def own_database_url(postgis: TestServer) -> Iterator[str]:
    with postgis.database() as url:
        yield url


@pytest.fixture(scope="session")
def sample_url(postgis: TestServer) -> Iterator[str]:
    from gis_gov.cli.first_data import FirstData, load_sample  # noqa: PLC0415 - slow to import

    with postgis.database() as url:
        load_sample(url, FirstData.SMALL, SEALER)
        yield url


@pytest.fixture
async def conn(database_url: str) -> AsyncIterator[psycopg.AsyncConnection]:
    async with (
        await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection,
        connection.transaction(force_rollback=True),
    ):
        yield connection


@contextlib.asynccontextmanager
async def _asking(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    # Only tests of the server need them.
    from gis_gov.app import create_app  # noqa: PLC0415
    from tests.signed_in import client_of, every_right  # noqa: PLC0415

    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        client_of(httpx.ASGITransport(app), every_right(settings.database_url or "")) as opened,
    ):
        yield opened


@pytest.fixture
async def client(own_database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with _asking(Settings().with_database(own_database_url)) as opened:
        yield opened


@pytest.fixture(scope="session")
async def asked_by_all(postgis: TestServer) -> AsyncIterator[httpx.AsyncClient]:
    from tests.signed_in import unhurried  # noqa: PLC0415 - as above

    with postgis.database() as url:
        async with _asking(unhurried().with_database(url)) as opened:
            yield opened


@pytest.fixture
def shared_client(asked_by_all: httpx.AsyncClient) -> Iterator[httpx.AsyncClient]:
    """What a test sets of the headers, and the cookies that it gets, are its own."""
    headers = asked_by_all.headers.copy()
    yield asked_by_all
    asked_by_all.headers = headers
    asked_by_all.cookies.clear()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    if not REAL_DATA.is_dir():
        pytest.skip(f"real data is missing: {REAL_DATA}")
    return REAL_DATA
