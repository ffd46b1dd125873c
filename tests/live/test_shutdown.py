"""A server that is told to end ends its streams at once, and their clients find another one."""

import signal
import time

import pytest

from tests.dashboard.conftest import serving
from tests.live.conftest import QUICK
from tests.live.listening import client_at, listening
from tests.signed_in import make_key

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("order", [signal.SIGTERM, signal.SIGINT])
async def test_streams_end_with_the_server(own_database_url: str, order: signal.Signals) -> None:
    key = make_key(own_database_url, "commander")
    with serving(own_database_url, None, **QUICK) as (address, server):
        async with client_at(address, key) as client, listening(client) as heard:
            started = time.monotonic()
            server.send_signal(order)
            await heard.end()
            print("stream ended", time.monotonic() - started)
            server.wait(timeout=30)
            print("server ended", time.monotonic() - started)
            assert heard.is_whole
            assert time.monotonic() - started < 5
            assert server.returncode == 0
