"""HTTPS by the server itself, with a certificate made for the test."""

import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.cli.process import Up, gis_gov, refusal


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    made = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    subprocess.run(
        [
            *made.split(),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
            *("-keyout", str(key), "-out", str(cert)),
        ],
        check=True,
        capture_output=True,
    )
    return cert, key


def test_it_serves_https_and_nothing_older_than_tls_1_2(
    start: Callable[..., Up], own_database_url: str, port: int, certificate: tuple[Path, Path]
) -> None:
    cert, key = certificate
    up = start(
        *("serve", "--port", port, "--tls-cert", cert, "--tls-key", key),
        GIS_GOV_DATABASE_URL=own_database_url,
    )
    address = up.address()
    assert address == f"https://127.0.0.1:{port}"
    context = ssl.create_default_context(cafile=cert)
    answer = httpx.get(f"{address}/healthz", verify=context)
    assert answer.status_code == 200
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    older = ssl.create_default_context(cafile=cert)
    older.minimum_version = ssl.TLSVersion.TLSv1_2
    older.maximum_version = ssl.TLSVersion.TLSv1_2
    assert httpx.get(f"{address}/healthz", verify=older).status_code == 200
    with pytest.raises(httpx.HTTPError):
        httpx.get(f"http://127.0.0.1:{port}/healthz")


def test_a_certificate_without_its_key(certificate: tuple[Path, Path]) -> None:
    line = refusal(gis_gov("serve", "--tls-cert", certificate[0]))
    assert "GIS_GOV_TLS_CERT and GIS_GOV_TLS_KEY go together" in line


def test_a_key_of_another_certificate(certificate: tuple[Path, Path], tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    subprocess.run(
        ["openssl", "genrsa", "-out", str(other), "2048"], check=True, capture_output=True
    )
    line = refusal(gis_gov("up", "--tls-cert", certificate[0], "--tls-key", other))
    assert "are no certificate and its key" in line


def test_a_certificate_that_is_not_there(certificate: tuple[Path, Path], tmp_path: Path) -> None:
    for command in ("serve", "up"):
        done = gis_gov(command, "--tls-cert", tmp_path / "no.pem", "--tls-key", certificate[1])
        assert "no.pem" in refusal(done)
