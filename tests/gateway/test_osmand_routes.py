"""Phones with OsmAnd or Traccar Client: by their secret, in each of their forms, never twice."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gis_gov.app import create_app
from gis_gov.gateway.terminals import digest_of
from gis_gov.settings import Settings
from tests.accounts.people import slug
from tests.patrols.conftest import people_url
from tests.signed_in import client_of

__all__ = ["people_url"]
pytestmark = pytest.mark.anyio

SECRET = "9f1c0a7be2d34851c6aa"
NOW = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
AT_S = int(NOW.timestamp())
FORM = {"id": f"P.1.{SECRET}", "lat": "22.05", "lon": "113.15", "timestamp": str(AT_S)}
DEVICES = """
    insert into device (code, kind, mode, worker_id, secret_digest) values
    ('P.1', 'phone', 'walk', 1, %(digest)s), ('P2', 'phone', 'walk', null, null);
"""
TERMINAL = """
    insert into device (code, kind, mode, terminal, secret_digest)
    values ('T1', 'terminal', 'car', '138', %(digest)s);
"""
STORED = """
    select device, worker_id, time, st_x(geom), st_y(geom), accuracy_m, source, grid_id
    from position order by time
"""


@pytest.fixture
async def phone(people_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client that shows nothing but what it tells."""
    with psycopg.connect(people_url) as conn:
        conn.execute(DEVICES, {"digest": digest_of(SECRET)})
        conn.execute(TERMINAL, {"digest": digest_of(SECRET)})
    app = create_app(Settings(rate_attempts_burst=5).with_database(people_url))
    async with app.router.lifespan_context(app), client_of(httpx.ASGITransport(app)) as client:
        yield client


def traccar_json(**more: Any) -> dict[str, Any]:
    coords = {"latitude": 22.05, "longitude": 113.15, "accuracy": 8.5, "speed": 1.5, "heading": 90}
    location = {"timestamp": NOW.isoformat(), "coords": coords, "battery": {"level": 0.5}}
    return {"device_id": FORM["id"], "location": {**location, **more}}


def stored(url: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as conn:
        return conn.execute(STORED).fetchall()


async def test_each_form_stores_the_same_fix_once(
    phone: httpx.AsyncClient, people_url: str
) -> None:
    form = FORM | {"accuracy": "8.5", "speed": "2.9", "unheard-of": "x"}
    content = {"content-type": "application/x-www-form-urlencoded"}
    told = [
        phone.get("/osmand", params=form),
        phone.post("/osmand", params=form),
        phone.post("/osmand", content=urlencode(form), headers=content),
        phone.post("/osmand", json=traccar_json()),
    ]
    answers = [(await each).raise_for_status().json() for each in told]
    assert [(each["stored"], each["repeated"]) for each in answers] == [(1, 0)] + [(0, 1)] * 3
    assert stored(people_url) == [("P.1", 1, NOW, 113.15, 22.05, 8.5, "osmand", 1)]


async def test_whoever_shows_no_secret_is_nobody(phone: httpx.AsyncClient, people_url: str) -> None:
    for shown in ("P.1", f"P.1.{SECRET}x", "P.1.", f"P2.{SECRET}", "P2.", f"T1.{SECRET}"):
        answer = await phone.post("/osmand", params={**FORM, "id": shown})
        assert (answer.status_code, slug(answer)) in {
            (401, "device-not-known"),
            (429, "too-many-requests"),
        }, shown
    # Who is right gets through, however often others of his address were wrong.
    assert (await phone.post("/osmand", params=FORM)).json()["stored"] == 1
    answer = await phone.post("/osmand", params={**FORM, "id": "P.1.guess"})
    assert (answer.status_code, slug(answer)) == (429, "too-many-requests")
    assert int(answer.headers["retry-after"]) > 0
    answer = await phone.post("/osmand", params={"lat": "1"})
    assert answer.status_code == 429
    assert len(stored(people_url)) == 1


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"lat": "0", "lon": "0"}, "zero_coordinates"),
        ({"lat": "91"}, "unreadable"),
        ({"lat": "nan"}, "unreadable"),
        ({"accuracy": "1e300"}, "unreadable"),
        ({"timestamp": ""}, "unreadable"),
        ({"valid": "false"}, "unreadable"),
        ({"timestamp": str(AT_S - 100 * 86_400)}, "too_old"),
        ({"timestamp": str(AT_S + 3 * 86_400)}, "too_new"),
    ],
)
async def test_what_can_never_be_stored_is_answered_so_that_the_app_forgets_it(
    phone: httpx.AsyncClient, people_url: str, more: dict[str, str], reason: str
) -> None:
    answer = await phone.post("/osmand", params={**FORM, **more})
    assert (answer.status_code, answer.json()["refused"]) == (200, reason)
    assert stored(people_url) == []


async def test_no_text_keeps_a_fix_from_being_stored(
    phone: httpx.AsyncClient, people_url: str
) -> None:
    content = urlencode(
        {**FORM, "alarm": "so\0s\ud800".encode("utf-8", "replace"), "event": "x" * 999}
    )
    answer = await phone.post("/osmand", content=content)
    assert answer.json()["stored"] == 1, answer.text
    later = traccar_json(event="a\0b", timestamp=(NOW + timedelta(seconds=9)).isoformat())
    assert (await phone.post("/osmand", json=later)).json()["stored"] == 1
    with psycopg.connect(people_url) as conn:
        found = conn.execute("select attrs ->> 'event' from position order by time").fetchall()
    assert found == [("x" * 64,), ("ab",)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.dictionaries(
        st.sampled_from(["lat", "lon", "timestamp", "speed", "batt", "valid"]), st.text()
    )
    | st.binary(max_size=200)
)
async def test_whatever_comes_is_answered(phone: httpx.AsyncClient, told: Any) -> None:
    if isinstance(told, bytes):
        answer = await phone.post("/osmand", content=told)
        assert answer.status_code in {401, 429}
        return
    kept = {name: text.encode("utf-8", "replace") for name, text in told.items()}
    answer = await phone.post("/osmand", content=urlencode({**FORM, **kept}))
    assert answer.status_code == 200
    assert set(answer.json()) == {"stored", "repeated", "refused"}


async def test_a_device_is_known_as_soon_as_it_is_written(
    phone: httpx.AsyncClient, people_url: str
) -> None:
    asked = {**FORM, "id": "P2.new"}
    assert (await phone.get("/osmand", params=asked)).status_code == 401
    with psycopg.connect(people_url) as conn:
        conn.execute("update device set secret_digest = %s where code = 'P2'", [digest_of("new")])
    for _ in range(200):
        answer = await phone.get("/osmand", params=asked)
        if answer.status_code == 200:
            break
        await asyncio.sleep(0.05)
    assert stored(people_url)[0][:2] == ("P2", None)


async def test_the_command_makes_an_id_that_is_taken(
    phone: httpx.AsyncClient, people_url: str
) -> None:
    command = [sys.executable, "-m", "gis_gov", "device", "add"]
    environment = {**os.environ, "GIS_GOV_DATABASE_URL": people_url}

    def add(*more: str) -> subprocess.CompletedProcess[str]:
        asked = [*command, "P3", "--worker", "W1", *more]
        return subprocess.run(asked, env=environment, capture_output=True, text=True, check=False)

    done = await asyncio.to_thread(add, "--secret")
    shown = done.stdout.strip()
    assert (done.returncode, shown.startswith("P3.")) == (0, True), done.stderr
    # To write it anew does not take the phone's secret away.
    assert (await asyncio.to_thread(add)).returncode == 0
    assert (await asyncio.to_thread(add, "--secret", "--terminal", "1")).returncode == 1
    for _ in range(200):
        answer = await phone.post("/osmand", params={**FORM, "id": shown})
        if answer.status_code == 200:
            break
        await asyncio.sleep(0.05)
    assert stored(people_url)[0][:2] == ("P3", 1)


async def test_what_was_told_otherwise_of_the_same_device_is_not_doubled(
    phone: httpx.AsyncClient, people_url: str
) -> None:
    with psycopg.connect(people_url) as conn:
        conn.execute(
            "insert into position (device, time, worker_id, geom)"
            " values ('P.1@W1', %s, 1, st_point(113.15, 22.05, 4490))",
            [NOW],
        )
    answer = await phone.post("/osmand", data=FORM)
    assert (answer.json()["stored"], answer.json()["repeated"]) == (0, 1)
    with psycopg.connect(people_url) as conn:
        assert conn.execute("select device from position").fetchall() == [("P.1@W1",)]
