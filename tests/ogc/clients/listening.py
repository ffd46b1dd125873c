"""A server between a client and the real one, which notes what is asked: its own process.

A client of this process may hold Python's lock while it waits for an answer.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from tests.plain_http import get
from tests.ports import unused_port

_KEPT = ("authorization", "accept", "host")
_ROOT = Path(__file__).parents[3]


@contextmanager
def listening(address: str, notes: Path) -> Iterator[str]:
    """Yield an address that passes requests on to another; paths and queries go to `notes`."""
    port = str(unused_port())
    command = [sys.executable, "-m", "tests.ogc.clients.listening", port, address, str(notes)]
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def queries(notes: Path) -> list[dict[str, str]]:
    """Return the queries that were noted."""
    return [dict(parse_qsl(urlsplit(line).query)) for line in notes.read_text().splitlines()]


def _listen(port: int, address: str, notes: Path) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with notes.open("a") as file:
                file.write(f"{self.path}\n")
            headers = {name: value for name in _KEPT if (value := self.headers.get(name))}
            answer = get(f"{address}{self.path}", headers=headers, timeout=60)
            self.send_response(answer.status_code)
            for name in ("content-type", "content-crs"):
                if name in answer.headers:
                    self.send_header(name, answer.headers[name])
            self.send_header("content-length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    print("ready", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    _listen(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
