"""A real server, on the sample and on the sources of the tests, and what is asked of it.

`api`   the server, asked with a key that may see and write everything, as the abstract tests ask it
"""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from gis_gov.cli.first_data import FirstData, load_sample
from tests.conftest import TestServer
from tests.ogc.conformance.api import Api
from tests.ogc.conformance.sources import write_sources
from tests.plain_http import UNTRUSTING, wait_until_ready
from tests.ports import unused_port
from tests.sealed import SEALER
from tests.signed_in import NO_RATES, make_key

START_S = 90
ROOT = Path(__file__).parents[3]

# Of the sample's walks patrols are made in the background, some time.
PATROL = """
    insert into patrol (
        code, worker_id, day, is_detected, is_open, begins_at, ends_at, area_id, geom
    )
    select
        'started', w.id, '2025-06-02', false, false, '2025-06-02 08:00+08',
        '2025-06-02 09:00+08', w.area_id,
        st_multi(st_setsrid(st_makeline(st_point(123.3, 29.86), st_point(123.31, 29.87)), 4490))
    from worker as w order by w.code limit 1
"""


@pytest.fixture(scope="session")
def api(postgis: TestServer) -> Iterator[Api]:
    with postgis.database() as url:
        load_sample(url, FirstData.SMALL, SEALER)
        write_sources(url)
        with psycopg.connect(url) as conn:
            conn.execute(PATROL)
        key = make_key(
            url, "commander", "editor", "registrar", "boundary_administrator", "grid_worker"
        )
        with (
            _served(url) as address,
            httpx.Client(base_url=address, timeout=60, verify=UNTRUSTING) as client,
        ):
            client.headers["authorization"] = f"Bearer {key}"
            yield Api(client, url, key)


@contextlib.contextmanager
def _served(url: str) -> Iterator[str]:
    port = unused_port()
    process = subprocess.Popen(
        [
            sys.executable, "-m", "granian", "--factory", "--interface", "asgi",
            "--no-ws", "--port", str(port), "tests.ogc.conformance.application:application",
        ],
        cwd=ROOT,
        env={**os.environ, **NO_RATES, "GIS_GOV_DATABASE_URL": url},
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        address = f"http://127.0.0.1:{port}"
        wait_until_ready(address, process, START_S)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)
