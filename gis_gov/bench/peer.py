"""tipg, the peer: OGC API Features and Tiles over the same tables, in a venv of its own."""

import os
import subprocess
import sys
import venv
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from gis_gov.bench.servers import free_port, running

NAME = "tipg"
LOCK = Path(__file__).resolve().parents[2] / "requirements-bench.lock"
INSTALL_S = 600
_DONE = "installed-from"


class NoPeer(Exception):
    """The peer can't be had here; the message says why."""


def install(folder: Path, lock: Path) -> Path:
    """Install the locked packages into a venv in `folder`, unless it has them; return its Python.

    Raises:
        NoPeer: no packages can be had, or the lock is not with this installation.

    """
    if not lock.is_file():
        raise NoPeer(f"{lock.name} is only in a checkout")
    python = folder / "bin" / "python"
    mark = folder / _DONE
    wanted = lock.read_text(encoding="utf-8")
    if mark.is_file() and mark.read_text(encoding="utf-8") == wanted and python.exists():
        return python
    venv.create(folder, clear=True, with_pip=False)
    # By our own pip, and the lock as it stands: another pip and resolving take most of the time.
    command = [sys.executable, "-m", "pip", "--python", python, "install"]
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-compile"]
    try:
        subprocess.run(
            [*command, *options, "--require-hashes", "--requirement", lock],
            check=True,
            capture_output=True,
            text=True,
            timeout=INSTALL_S,
        )
    except subprocess.TimeoutExpired:
        raise NoPeer(f"its packages did not come within {INSTALL_S} s") from None
    except subprocess.CalledProcessError as error:
        lines = str(error.stderr).strip().splitlines() or [str(error)]
        raise NoPeer(f"its packages can't be installed: {lines[-1]}") from None
    mark.write_text(wanted, encoding="utf-8")
    return python


@contextmanager
def peer_server(python: Path, url: str, log: Path, processes: int = 1) -> Generator[int]:
    """Run tipg with so many processes on the database; yield its port."""
    port = free_port()
    command = [str(python), "-m", "uvicorn", "tipg.main:app", "--host", "127.0.0.1"]
    # While others have their turn, its connections are idle for longer than it would keep them.
    options = ["--port", str(port), "--log-level", "warning", "--no-access-log"]
    options += ["--timeout-keep-alive", "600", "--workers", str(processes)]
    environment = {**os.environ, "DATABASE_URL": url, "TIPG_DB_SCHEMAS": '["public"]'}
    with running([*command, *options], environment, port, "/healthz", log):
        yield port
