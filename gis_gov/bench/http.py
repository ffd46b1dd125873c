"""A lean HTTP/1.1 client for measuring: one open connection, one request after the other.

Common clients take longer for a request than our server, and would measure themselves.
"""

import asyncio
from contextlib import suppress
from typing import Self


class Broken(Exception):
    """The server answered what this client does not read, or ended the connection."""


class Connection:
    """One open connection to a server on this machine, opened anew where the server closed it.

    Servers close what is idle for some seconds, as ours is while another has its turn.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._port = port

    @classmethod
    async def open(cls, port: int) -> Self:
        """Connect to a port of 127.0.0.1."""
        return cls(*await _connected(port), port)

    async def get(self, path: str, headers: str = "") -> tuple[int, dict[str, str], bytes]:
        """Ask for a path; return status, headers in lower case, and body.

        Raises:
            Broken: the answer is not HTTP/1.1 with a length or in chunks, or ends early.

        """
        request = f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{self._port}\r\n{headers}\r\n"
        try:
            begun = await self._asked(request.encode("ascii"))
            head = begun + await self._reader.readuntil(b"\r\n\r\n")
            status, found = _parse_head(head)
            return status, found, await self._body(status, found)
        except (asyncio.IncompleteReadError, OSError, ValueError, IndexError) as error:
            raise Broken(f"GET {path}: {error!r}") from error

    async def _asked(self, request: bytes) -> bytes:
        """Ask, and return the first byte of the answer.

        A connection that was kept may be closed while the question is on its way: without a byte
        of an answer it is asked once more.
        """
        if not (self._reader.at_eof() or self._writer.is_closing()):
            self._writer.write(request)
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                return await self._reader.readexactly(1)
        await self.close()
        self._reader, self._writer = await _connected(self._port)
        self._writer.write(request)
        return await self._reader.readexactly(1)

    async def _body(self, status: int, headers: dict[str, str]) -> bytes:
        if status in (204, 304):
            return b""
        if "content-length" in headers:
            return await self._reader.readexactly(int(headers["content-length"]))
        if headers.get("transfer-encoding") != "chunked":
            raise ValueError("neither a length nor chunks")
        parts: list[bytes] = []
        while size := int(await self._reader.readuntil(b"\r\n"), 16):
            parts.append(await self._reader.readexactly(size + 2))
        await self._reader.readexactly(2)
        return b"".join(part[:-2] for part in parts)

    async def close(self) -> None:
        """Close the connection."""
        self._writer.close()
        await asyncio.gather(self._writer.wait_closed(), return_exceptions=True)


async def _connected(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", port, limit=2**20)


def _parse_head(head: bytes) -> tuple[int, dict[str, str]]:
    first, *lines = head[:-4].decode("latin-1").split("\r\n")
    version, status = first.split(" ", 2)[:2]
    if version != "HTTP/1.1":
        raise ValueError(first)
    pairs = (line.split(":", 1) for line in lines)
    return int(status), {name.strip().lower(): value.strip() for name, value in pairs}
