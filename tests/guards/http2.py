"""A client of HTTP/2 without TLS, of one request: a body, and no header that announces it."""

import socket
import struct
from collections.abc import Iterator
from contextlib import closing

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RESET, SETTINGS, PING, GOAWAY, WINDOW = 0, 1, 3, 4, 6, 7, 8
END_STREAM, END_HEADERS, ACK = 1, 4, 1
FRAME_MAX = 16_384
WINDOW_BYTES = 65_535


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    length = struct.pack(">I", len(payload))[1:]
    return length + struct.pack(">BBI", kind, flags, stream) + payload


def text(value: bytes) -> bytes:
    """Write a string of HPACK as it is, its length before it (RFC 7541, 5.1)."""
    if len(value) < 127:
        return bytes([len(value)]) + value
    rest, length = len(value) - 127, b"\x7f"
    while rest >= 128:
        length, rest = length + bytes([rest % 128 | 128]), rest // 128
    return length + bytes([rest]) + value


class Request:
    """One request on a connection of its own, sent as the server lets it."""

    def __init__(self, port: int, method: str, path: str, **headers: str) -> None:
        self._connection = socket.create_connection(("127.0.0.1", port), timeout=30)
        told = {":method": method, ":scheme": "http", ":path": path, ":authority": "localhost"}
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        block = b"".join(
            b"\0" + text(name.encode()) + text(value.encode()) for name, value in told.items()
        )
        self._windows = {0: WINDOW_BYTES, 1: WINDOW_BYTES}
        self._answer = b""
        self._over = False
        self._write(PREFACE + frame(SETTINGS, 0, 0) + frame(HEADERS, END_HEADERS, 1, block))

    def send(self, size: int, *, ends: bool = True) -> bytes:
        """Send a body of `size` bytes, as far as the server takes it, and return its answer."""
        with closing(self._connection):
            while size and not self._over:
                may = min(size, FRAME_MAX, *self._windows.values())
                if may <= 0:
                    self._read()
                    continue
                size -= may
                self._windows = {stream: left - may for stream, left in self._windows.items()}
                flags = END_STREAM if ends and not size else 0
                self._write(frame(DATA, flags, 1, b"x" * may))
            while not self._over:
                self._read()
        return self._answer

    def _write(self, sent: bytes) -> None:
        try:
            self._connection.sendall(sent)
        except OSError:
            self._over = True

    def _read(self) -> None:
        head = self._take(9)
        if len(head) < 9:
            self._over = True
            return
        length = int.from_bytes(head[:3])
        kind, flags, stream = struct.unpack(">BBI", head[3:])
        payload = self._take(length)
        if kind == WINDOW:
            self._windows[stream] += int.from_bytes(payload)
        elif kind == SETTINGS and not flags & ACK:
            for name, value in settings(payload):
                if name == 4:
                    self._windows[1] += value - WINDOW_BYTES
            self._write(frame(SETTINGS, ACK, 0))
        elif kind == PING and not flags & ACK:
            self._write(frame(PING, ACK, 0, payload))
        elif kind == DATA:
            self._answer += payload
        ended = kind in (DATA, HEADERS) and flags & END_STREAM
        self._over = self._over or bool(ended) or kind in (RESET, GOAWAY)

    def _take(self, size: int) -> bytes:
        come = b""
        try:
            while len(come) < size and (piece := self._connection.recv(size - len(come))):
                come += piece
        except ConnectionError:
            return b""
        return come


def settings(payload: bytes) -> Iterator[tuple[int, int]]:
    """Read the settings that a server tells."""
    for at in range(0, len(payload), 6):
        yield struct.unpack(">HI", payload[at : at + 6])
