"""The private PostGIS of a home: make, start, stop, look at.

It listens on loopback only, asks for a password, and never runs as root.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from gis_gov.db.cluster_home import (
    ClusterError,
    check_space,
    make_home,
    remove_folder,
    rotate_log,
)
from gis_gov.db.cluster_lock import is_locked, try_lock
from gis_gov.db.cluster_pid import PidFile
from gis_gov.db.cluster_port import free_port
from gis_gov.db.cluster_process import ProcessError, give_to_server, initdb, last_complaint, launch
from gis_gov.db.cluster_programs import find_server
from gis_gov.db.cluster_roles import (
    PASSWORD,
    SERVER_PASSWORD,
    SERVER_USER,
    make_server_role,
    read_password,
    write_password,
)
from gis_gov.db.cluster_tuning import configuration, machine_memory_mb

DATABASE = "gis_gov"
USER = "gis_gov"
SPACE_TO_MAKE_MB = 256
SPACE_TO_START_MB = 64
_SPACE_TO_WRITE_MB = 32  # PostgreSQL stops when it can't add a WAL segment of 16 MB
_START_S = 120
_STOP_S = 60
_OWN_CONFIGURATION = "gis_gov.conf"


@dataclass(frozen=True)
class Status:
    """Tell what a cluster does: `pid` and `port` are None while it is stopped."""

    running: bool
    pid: int | None
    port: int | None
    version: int | None


class Cluster:
    """The private PostGIS below `home`; `settings` stand above its postgresql.conf."""

    def __init__(self, home: Path, settings: Mapping[str, str] | None = None) -> None:
        self.home = home.absolute()
        self.data = self.home / "data"
        self.log = self.home / "postgres.log"
        self._settings = dict(settings or {})
        self._pid_file = PidFile(self.data)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def exists(self) -> bool:
        """Whether the cluster has been made."""
        return (self.data / "PG_VERSION").is_file()

    @property
    def running(self) -> bool:
        """Whether a server runs on the data, whoever started it."""
        return is_locked(self.home / "postgres.lock")

    def url(self, database: str = DATABASE) -> str:
        """Return the URL of a database of the running cluster, password included.

        Raises:
            ClusterError: the cluster is not running.

        """
        return self._url_of(USER, PASSWORD, database)

    def server_url(self, database: str = DATABASE) -> str:
        """Return the URL with which the server logs in, as a role that owns nothing.

        The role gets the password of the home's file; the schema must be there.

        Raises:
            ClusterError: the cluster is not running.

        """
        path = self.home / SERVER_PASSWORD
        if not path.exists():
            write_password(path)
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            make_server_role(connection, SERVER_USER, read_password(path))
        return self._url_of(SERVER_USER, SERVER_PASSWORD, database)

    def _url_of(self, user: str, password_file: str, database: str) -> str:
        port = self.status().port
        if port is None:
            raise ClusterError(f"the PostGIS of {self.home} is not running; gis-gov db start")
        password = quote(self._password(password_file))
        return f"postgresql://{user}:{password}@127.0.0.1:{port}/{database}"

    def status(self) -> Status:
        """Say whether the server runs, and where."""
        version = int((self.data / "PG_VERSION").read_text()) if self.exists else None
        running = self.running
        pid, port = self._pid_file.pid_and_port() if running else (None, None)
        return Status(running, pid, port, version)

    def prepare(self) -> None:
        """Make the home's folder, for its owner's eyes only.

        Raises:
            ClusterError: it can't be made or written.

        """
        make_home(self.home)

    def init(self) -> None:
        """Make the cluster, unless it is there; an init that was cut short leaves nothing behind.

        Raises:
            ClusterError: too little space, or initdb fails.
            ProgramsMissingError: no PostgreSQL with PostGIS is installed.

        """
        if self.exists:
            return
        self.prepare()
        self.check_space(SPACE_TO_MAKE_MB)
        programs = find_server()
        unfinished = self.home / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        write_password(self.home / PASSWORD)
        try:
            give_to_server(unfinished)
            sync = self._settings.get("fsync") != "off"
            initdb(programs, unfinished, USER, self._password(), sync=sync)
            with (unfinished / "postgresql.conf").open("a", encoding="utf-8") as file:
                file.write(f"\ninclude_if_exists = '{_OWN_CONFIGURATION}'\n")
            unfinished.rename(self.data)
        except ProcessError as error:
            raise ClusterError(str(error)) from error
        finally:
            remove_folder(unfinished)

    def start(self, *, outlives: bool = False) -> None:
        """Start the server and wait until it answers; return at once if it runs already.

        It is stopped when this process ends, however that ends, unless it `outlives` it.

        Raises:
            ClusterError: too little space, or the server does not come up.
            ProgramsMissingError: the PostgreSQL that made the data is not installed.

        """
        if self._is_up():
            return
        self.check_space(SPACE_TO_START_MB)
        programs = find_server(self.status().version)
        (self.data / _OWN_CONFIGURATION).write_text(
            configuration(machine_memory_mb(), os.cpu_count() or 1), encoding="utf-8"
        )
        with (self.home / "postgres.lock").open("ab") as lock:
            if not try_lock(lock.fileno(), wait_s=10):
                raise ClusterError(f"the PostGIS of {self.home} is being started by another")
            self._reap()
            rotate_log(self.log)
            settings = {
                "port": str(free_port(self.home / "port")),
                "listen_addresses": "127.0.0.1",
                "unix_socket_directories": "",
                "cluster_name": "gis-gov",
                **self._settings,
            }
            try:
                self._pid_file.clear_stale()
                self._process = launch(
                    *(programs, self.data, settings),
                    log=self.log,
                    lock=lock.fileno(),
                    outlives=outlives,
                )
            except ProcessError as error:
                raise ClusterError(str(error)) from error
        try:
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server: cut its clients off, write all down, and wait for its end.

        Raises:
            ClusterError: it does not end, even when it is told to without writing all down.

        """
        for order in (signal.SIGINT, signal.SIGQUIT):
            pid = self._process.pid if self._process else self.status().pid
            if pid is not None and self.running:
                self._signal(pid, order)
            if self._wait_until_ended():
                self._reap()
                return
        raise ClusterError(f"the PostGIS of {self.home} does not stop; see {self.log}")

    def remove(self) -> None:
        """Delete the data of a stopped cluster.

        Raises:
            ClusterError: it is running.

        """
        if self.running:
            raise ClusterError(f"the PostGIS of {self.home} runs; stop it first: gis-gov db stop")
        for name in ("data", "data.unfinished"):
            if (self.home / name).exists():
                shutil.rmtree(self.home / name)
        for name in (PASSWORD, SERVER_PASSWORD, "port", "sample", "postgres.log", "postgres.log.1"):
            (self.home / name).unlink(missing_ok=True)

    def ensure_database(self, name: str = DATABASE) -> None:
        """Make the database `name` in the running cluster, unless it is there."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            found = connection.execute("select from pg_database where datname = %s", [name])
            if not found.rowcount:
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))

    def check_space(self, needed_mb: int) -> None:
        """Refuse to go on with a disk that is as good as full.

        Raises:
            ClusterError: less than `needed_mb` MiB are free.

        """
        check_space(self.home, needed_mb)

    @contextmanager
    def blaming_full_disk(self) -> Generator[None]:
        """Tell of a full disk where all that a client sees is that the server is gone.

        Raises:
            ClusterError: the connection was lost, and the disk is full.

        """
        try:
            yield
        except psycopg.OperationalError:
            self.check_space(_SPACE_TO_WRITE_MB)
            raise

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline:
            if self._process:
                self._process.poll()
            if not self.running:
                text = self.log.read_text(encoding="utf-8", errors="replace")[-8000:]
                raise ClusterError(f"PostgreSQL did not start: {last_complaint(text)}")
            if self._pid_file.tells_ready():
                return
            time.sleep(0.02)
        raise ClusterError(f"PostgreSQL did not start within {_START_S} s; see {self.log}")

    def _wait_until_ended(self) -> bool:
        deadline = time.monotonic() + _STOP_S
        while self.running and time.monotonic() < deadline:
            time.sleep(0.02)
            if self._process:
                self._process.poll()
        return not self.running

    def _reap(self) -> None:
        """Take note of the end of a child that holds the lock no more, so that no zombie stays."""
        if self._process:
            self._process.wait(_STOP_S)
            self._process = None

    def _is_up(self) -> bool:
        """Wait for a server that is on its way up or down, and say how it ended."""
        deadline = time.monotonic() + _STOP_S
        while self.running and time.monotonic() < deadline:
            if self._pid_file.tells_ready():
                return True
            time.sleep(0.02)
        return False

    def _signal(self, pid: int, order: signal.Signals) -> None:
        try:
            os.kill(pid, order)
        except ProcessLookupError:
            return
        except PermissionError as error:
            raise ClusterError(f"the PostGIS of {self.home} belongs to another user") from error

    def _password(self, file: str = PASSWORD) -> str:
        try:
            return read_password(self.home / file)
        except OSError as error:
            raise ClusterError(f"{error.filename}: {error.strerror}") from error
