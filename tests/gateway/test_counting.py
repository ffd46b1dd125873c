"""What a real gateway counts, it tells on its own machine."""

import asyncio

import httpx
import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from gis_gov.gateway.jt808.answers import Result
from gis_gov.gateway.jt808.message_type import Type
from tests.gateway.talking808 import PlayedTerminal
from tests.gateway.test_serving import PHONE, gateway, position_body, url
from tests.ports import unused_port

__all__ = ["url"]

pytestmark = pytest.mark.anyio

DAYS_S = 86_400


async def told(port: int) -> dict[tuple[str, ...], float]:
    """Ask a gateway for its own metrics, by name and labels."""
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{port}/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        (
            sample.name.removeprefix("gis_gov_gateway_"),
            *sorted(sample.labels.values()),
        ): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
        if sample.name.startswith("gis_gov_gateway_")
    }


async def test_it_counts_connections_messages_fixes_and_what_waits(url: str) -> None:
    with psycopg.connect(url) as conn:
        conn.execute("insert into forward_due (device, time) values ('B8', now()), ('B8', now())")
    port = unused_port()
    with gateway(url, GIS_GOV_GATEWAY_METRICS_PORT=str(port)) as (process, address):
        assert process.stdout
        assert f":{port}/metrics" in process.stdout.readline()
        terminal = await PlayedTerminal.connected(address, PHONE)
        _, code = await terminal.register()
        assert await terminal.authenticate(code or "") == Result.DONE
        for number in range(3):
            assert await terminal.ask(Type.POSITION, position_body(number)) == Result.DONE
        # One of long ago is answered, and left out.
        assert await terminal.ask(Type.POSITION, position_body(-200 * DAYS_S)) == Result.DONE
        found = await told(port)
        expected = {
            ("connections_total", "taken"): 1,
            ("open_connections",): 1,
            ("messages_total", "808", "registration"): 1,
            ("messages_total", "808", "authentication"): 1,
            ("messages_total", "808", "position"): 4,
            ("fixes_total", "taken"): 3,
            ("fixes_total", "refused"): 1,
            ("outbox",): 2,
        }
        assert {name: found.get(name) for name in expected} == expected
        terminal.leave()
        async with asyncio.timeout(10):
            while (await told(port))["open_connections",]:  # noqa: ASYNC110 - of another process
                await asyncio.sleep(0.05)


async def test_without_a_port_it_tells_none(url: str) -> None:
    port = unused_port()
    with gateway(url), pytest.raises(httpx.ConnectError):
        await told(port)
