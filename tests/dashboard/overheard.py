"""What a browser really sends to a server, heard on the wire.

The browser's own account of it, `Request.all_headers`, waits without a limit for an event that
Chromium now and then does not send.
"""

import contextlib
import re
import socket
import socketserver
import threading
from collections.abc import Iterator

HOST = "127.0.0.1"
_HEAD = re.compile(rb"[A-Z]+ ([^ ?]+)\S* HTTP/1\.1\r\n(.*?)\r\n\r\n", re.DOTALL)


class Overheard:
    """All that came in, a piece a connection."""

    def __init__(self) -> None:
        self.pieces: list[bytearray] = []

    def headers_of(self, path: str) -> list[dict[str, str]]:
        """Return the headers of each request of a path."""
        heads = [head for piece in self.pieces for head in _HEAD.findall(bytes(piece))]
        return [_fields(lines) for asked, lines in heads if asked == path.encode()]


class Listener(socketserver.ThreadingTCPServer):
    """Listen as a server does; what is left of its connections ends with the test run."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64


@contextlib.contextmanager
def overhearing(port: int, server_port: int) -> Iterator[Overheard]:
    """Pass connections to a port on to a server's, and keep what comes in."""
    heard = Overheard()

    class Connection(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            piece = bytearray()
            heard.pieces.append(piece)
            with socket.create_connection((HOST, server_port)) as server:
                threading.Thread(target=_pass_on, args=(server, self.request), daemon=True).start()
                _pass_on(self.request, server, piece)

    with Listener((HOST, port), Connection) as listener:
        threading.Thread(target=listener.serve_forever, daemon=True).start()
        try:
            yield heard
        finally:
            listener.shutdown()


def _pass_on(source: socket.socket, target: socket.socket, kept: bytearray | None = None) -> None:
    # Either side may hang up at any time.
    with contextlib.suppress(OSError):
        while said := source.recv(65_536):
            if kept is not None:
                kept += said
            target.sendall(said)
        target.shutdown(socket.SHUT_WR)


def _fields(lines: bytes) -> dict[str, str]:
    fields = (line.split(": ", 1) for line in lines.decode("latin-1").split("\r\n"))
    return {name.lower(): value for name, value in fields}
