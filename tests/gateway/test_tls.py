"""The gateway over TLS: a terminal that verifies it is taken, and nobody is in the open."""

import asyncio
import ssl
from pathlib import Path

import psycopg
import pytest

from gis_gov.gateway.jt808.answers import Result
from gis_gov.gateway.jt808.message_type import Type
from gis_gov.gateway.serving import tls_of
from gis_gov.settings import Settings
from tests.gateway.talking808 import PlayedTerminal
from tests.gateway.test_serving import DEVICES, PHONE, gateway, position_body, stored
from tests.guards.test_tls import certificate

__all__ = ["certificate"]


@pytest.mark.anyio
async def test_a_terminal_is_taken_by_tls_alone(
    own_database_url: str, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    cert, key = certificate
    with psycopg.connect(own_database_url) as conn:
        conn.execute(DEVICES.replace("%s", f"'{PHONE}'"))
    monkeypatch.setenv("GIS_GOV_GATEWAY_TLS_CERT", str(cert))
    monkeypatch.setenv("GIS_GOV_GATEWAY_TLS_KEY", str(key))
    with gateway(own_database_url) as (_, address):
        context = ssl.create_default_context(cafile=cert)
        reader, writer = await asyncio.open_connection(*address, ssl=context)
        terminal = PlayedTerminal(reader, writer, PHONE, is_2019=True)
        _, code = await terminal.register()
        assert await terminal.authenticate(code or "") == Result.DONE
        assert await terminal.ask(Type.POSITION, position_body()) == Result.DONE
        assert stored(own_database_url) == [("B7", 1, 1)]
        plain = await PlayedTerminal.connected(address, PHONE)
        with pytest.raises((EOFError, ConnectionError)):
            await plain.register()
        for each in (terminal, plain):
            each.leave()
        await asyncio.sleep(0)


def test_what_is_no_certificate_is_told(certificate: tuple[Path, Path], tmp_path: Path) -> None:
    cert, key = certificate
    with pytest.raises(ValueError, match="GATEWAY_TLS_KEY go together"):
        Settings(gateway_tls_cert=cert)
    with pytest.raises(ValueError, match="no certificate and its key"):
        tls_of(Settings(gateway_tls_cert=cert, gateway_tls_key=cert))
    with pytest.raises(FileNotFoundError):
        tls_of(Settings(gateway_tls_cert=cert, gateway_tls_key=tmp_path / "none"))
    assert tls_of(Settings(gateway_tls_cert=cert, gateway_tls_key=key)) is not None
    assert tls_of(Settings()) is None
