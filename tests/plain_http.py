"""Ask the servers that tests start on this machine, over plain HTTP."""

import contextlib
import ssl
import subprocess
import time
from typing import Any, Final

import httpx

UNTRUSTING: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For clients that verify no certificate: each would first read all that the machine trusts, 20 ms.
"""


def get(url: str, **asked: Any) -> httpx.Response:
    """Ask for an address, as `httpx.get` does."""
    return httpx.get(url, verify=UNTRUSTING, **asked)


def wait_until_ready(address: str, process: subprocess.Popen[bytes], within_s: float) -> None:
    """Wait until the server of a process is ready to answer."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended by itself"
        with contextlib.suppress(httpx.TransportError):
            if get(f"{address}/readyz").status_code == httpx.codes.OK:
                return
        time.sleep(0.1)
    raise AssertionError("the server was not ready in time")
