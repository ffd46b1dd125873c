"""Start servers for a comparison, each a process of its own on a free port of 127.0.0.1."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

START_S = 60
STOP_S = 15
_MEMORIES = ("GIS_GOV_TILE_MEMORY_MB", "GIS_GOV_ANSWER_MEMORY_MB")


class ServerFailed(Exception):
    """A server did not start; the message says where its log is."""


@contextmanager
def our_server(
    url: str, home: Path, log: Path, *, keeps_answers: bool = True, processes: int = 1
) -> Generator[int]:
    """Run `gis-gov serve` with so many processes on the database of a home; yield its port."""
    port = free_port()
    command = [sys.executable, "-m", "gis_gov", "serve", "--port", str(port)]
    command += ["--workers", str(processes)]
    environment = {
        **os.environ,
        "GIS_GOV_DATABASE_URL": url,
        "GIS_GOV_HOME": str(home),
        "GIS_GOV_HOST": "127.0.0.1",
        "GIS_GOV_RATE_ACTOR_PER_S": "0",
        "GIS_GOV_RATE_ADDRESS_PER_S": "0",
        "GIS_GOV_LIVE_STREAMS_PER_ACTOR": "100000",
        "GIS_GOV_LIVE_STREAMS_PER_ADDRESS": "100000",
        **({} if keeps_answers else dict.fromkeys(_MEMORIES, "0")),
    }
    with running(command, environment, port, "/readyz", log):
        yield port


@contextmanager
def running(
    command: Sequence[str], environment: Mapping[str, str], port: int, path: str, log: Path
) -> Generator[None]:
    """Run a server until it is asked to stop; yields once it answers `path`.

    Raises:
        ServerFailed: it ended, or did not answer within START_S.

    """
    with (
        log.open("ab") as output,
        subprocess.Popen(
            command, env=dict(environment), stdin=subprocess.DEVNULL, stdout=output, stderr=output
        ) as process,
    ):
        try:
            _await_answer(process, port, path, log)
            yield
        finally:
            process.terminate()
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await_answer(process: subprocess.Popen[bytes], port: int, path: str, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", path)
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        except OSError:
            pass  # not listening yet
        finally:
            connection.close()
        time.sleep(0.1)
    raise ServerFailed(f"{Path(process.args[0]).name}: the server did not start; see {log}")  # type: ignore[index]
