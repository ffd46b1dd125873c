"""A file ten times as large takes no more memory: what is read is sent, and let go of."""

import asyncio
import gc
import os
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from fastapi import FastAPI

from gis_gov.app import create_app
from gis_gov.formats.known import FORMATS
from gis_gov.settings import Settings
from tests.conftest import TestServer
from tests.ogc.test_files import asking
from tests.signed_in import bearer, make_key

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(
        not os.access("/proc/self/clear_refs", os.W_OK), reason="nothing tells the peak of memory"
    ),
]

FEW, MANY = 10_000, 100_000
GROWTH_MB = 40
"""How much more than the small file the large one may take. Its rows alone, kept as objects, take
90 MB; what may grow is the index that GDAL makes of the places (some 50 bytes each)."""
# Without the triggers, of which one finds the grid of each: what is written here is to be read.
FILL = """
    set session_replication_role = replica;
    insert into resource (code, kind, name, class, owner, cell, geom)
    select
        'N' || lpad(n::text, 6, '0'), case when n <= 10000 then 'centre' else 'poi' end, '点' || n,
        'market', repeat('某', 20), 0, st_point(113.1 + n * 1e-6, 22 + n % 1000 * 1e-4, 4490)
    from generate_series(1, 110000) as n;
    analyze resource
"""


@pytest.fixture(scope="module")
def filled_url(postgis: TestServer) -> Iterator[str]:
    with postgis.database() as url:
        with psycopg.connect(url, autocommit=True) as conn:
            conn.execute(FILL)
        yield url


@pytest.fixture
async def filled(filled_url: str) -> AsyncIterator[tuple[FastAPI, dict[str, str]]]:
    app = create_app(Settings().with_database(filled_url))
    async with app.router.lifespan_context(app):
        yield app, bearer(make_key(filled_url, "commander"))


def peak_mb() -> float:
    """Return the most that was resident since `forget_peak`."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) / 1024


def forget_peak() -> float:
    """Begin anew, and return what is resident now."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")
    return peak_mb()


async def size_of(app: FastAPI, headers: dict[str, str], collection: str, f: str) -> int:
    """Take a file out, and keep nothing of it."""
    size = 0

    async def send(message: Any) -> None:
        nonlocal size
        size += len(message.get("body", b""))
        assert message.get("status", 200) == 200

    sent = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> dict[str, Any]:
        for message in sent:
            return message
        return await asyncio.Future()  # the client stays

    await app(asking(f"/collections/{collection}/items", f"f={f}", headers), receive, send)
    return size


@pytest.mark.parametrize("f", FORMATS)
async def test_memory_stays_flat(filled: tuple[FastAPI, dict[str, str]], f: str) -> None:
    app, headers = filled
    small = await size_of(app, headers, "centres", f)  # what is imported and kept for good
    grown = []
    for collection in ("centres", "pois"):
        before = forget_peak()
        size = await size_of(app, headers, collection, f)
        grown.append(peak_mb() - before)
    assert size > 7 * small
    assert grown[1] - grown[0] < GROWTH_MB, grown
