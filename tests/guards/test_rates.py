"""How often an account, a key and an address may ask."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from gis_gov.access.tokens import Shown, token_hash
from gis_gov.app import create_app
from gis_gov.guards.rates import CALLBACK_PATH, KEPT_MAX, SITE_TIMES, Attempts, Buckets
from gis_gov.settings import Settings
from gis_gov.state import state_of
from tests.signed_in import bearer, client_of, make_key
from tests.waiting import until

ASKED = "/style.json"


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class TestBuckets:
    def test_a_burst_then_the_rate(self) -> None:
        clock = Clock()
        buckets = Buckets(2, 3, clock)
        assert [buckets.take("a") for _ in range(3)] == [0, 0, 0]
        assert buckets.take("a") == pytest.approx(0.5)
        assert buckets.wait_s("a") == pytest.approx(0.5)
        clock.now += 0.5
        assert buckets.wait_s("a") == 0
        assert buckets.take("a") == 0
        assert buckets.take("a") > 0

    def test_each_key_has_its_own(self) -> None:
        buckets = Buckets(1, 1, Clock())
        assert buckets.take("a") == buckets.take("b") == 0

    def test_what_is_refused_costs_nothing(self) -> None:
        clock = Clock()
        buckets = Buckets(1, 1, clock)
        for _ in range(100):
            buckets.take("a")
        clock.now += 1
        assert buckets.take("a") == 0

    def test_a_token_is_given_back(self) -> None:
        buckets = Buckets(1, 1, Clock())
        buckets.take("a")
        buckets.give_back("a")
        buckets.give_back("never taken")
        assert buckets.take("a") == 0

    def test_it_does_not_fill_over_its_brim(self) -> None:
        clock = Clock()
        buckets = Buckets(1, 2, clock)
        buckets.take("a")
        clock.now += 1000
        assert [buckets.take("a") for _ in range(3)][:2] == [0, 0]
        assert buckets.take("a") > 0

    def test_without_a_rate_there_is_no_limit(self) -> None:
        buckets = Buckets(0, 1, Clock())
        assert not any(buckets.take("a") for _ in range(1000))

    def test_the_longest_unused_is_forgotten(self) -> None:
        buckets = Buckets(1, 1, Clock())
        for key in range(KEPT_MAX + 1):
            buckets.take(str(key))
        assert buckets.take(str(KEPT_MAX)) > 0
        assert buckets.take("1") > 0
        assert buckets.take("0") == 0


class TestAttempts:
    def test_an_ipv6_site_has_no_budget_for_each_of_its_networks(self) -> None:
        attempts = Attempts(0.001, 2, Clock())
        networks = [f"2001:db8:1:{n:x}::1" for n in range(100)]
        taken = [network for network in networks if not attempts.take(network)]
        assert len(taken) == 2 * SITE_TIMES
        assert attempts.wait_s("2001:db8:1:ffff::1") > 0
        assert attempts.take("2001:db8:2::1") == 0, "another site"
        assert attempts.take("192.0.2.1") == 0
        attempts.give_back(taken[0])
        assert attempts.take("2001:db8:1:ffff::1") == 0

    def test_what_one_network_is_refused_costs_its_site_nothing(self) -> None:
        attempts = Attempts(0.001, 1, Clock())
        refused = [attempts.take("2001:db8::1") for _ in range(100)]
        assert (refused[0], min(refused[1:]) > 0) == (0, True)
        assert attempts.take("2001:db8:0:1::1") == 0

    def test_an_ipv4_address_has_no_site(self) -> None:
        attempts = Attempts(0.001, 1, Clock())
        assert not any(attempts.take(f"192.0.2.{n}") for n in range(50))

    def test_without_a_rate_there_is_no_limit(self) -> None:
        attempts = Attempts(0, 1, Clock())
        assert not any(attempts.take("2001:db8::1") for _ in range(1000))


@asynccontextmanager
async def served(url: str, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with running(create_app(Settings(**settings).with_database(url))) as client:
        yield client


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with app.router.lifespan_context(app), client_of(httpx.ASGITransport(app)) as client:
        # A key is known from its second request on, once announcements are heard.
        while (await client.get("/readyz")).status_code != 200:
            pass
        yield client


pytestmark = pytest.mark.anyio


async def statuses(client: httpx.AsyncClient, times: int, path: str, **more: Any) -> list[int]:
    return [(await client.get(path, **more)).status_code for _ in range(times)]


async def test_a_key_is_limited_and_another_is_not(own_database_url: str) -> None:
    first, second = (bearer(make_key(own_database_url, "commander")) for _ in range(2))
    async with served(own_database_url, rate_actor_per_s=0.01, rate_actor_burst=3) as client:
        assert await statuses(client, 4, ASKED, headers=first) == [200, 200, 200, 200]
        refused = await client.get(ASKED, headers=first)
        assert refused.status_code == 429
        told = refused.json()
        assert told["type"] == "urn:gis-gov:problem:too-many-requests"
        assert int(refused.headers["retry-after"]) == told["retry_after"] > 0
        assert refused.headers["x-content-type-options"] == "nosniff"
        with psycopg.connect(own_database_url) as connection:
            (told,) = connection.execute(
                "select actor, action, reason from audit where result = 'refused'"
            ).fetchall()
        assert told[0].startswith("key:")
        assert told[1:] == ("GET /style.json", "too-many-requests")
        assert (await client.get(ASKED, headers=second)).status_code == 200
        assert (await client.get("/healthz")).status_code == 200, "the address is not limited"


async def test_an_address_by_which_nobody_known_asks_is_limited(own_database_url: str) -> None:
    key = bearer(make_key(own_database_url, "commander"))
    limits = {"rate_address_per_s": 0.001, "rate_address_burst": 2000}
    async with served(own_database_url, **limits) as client:
        assert (await client.get(ASKED, headers=key)).status_code == 200
        while (await client.get("/healthz")).status_code == 200:
            pass
        assert await statuses(client, 3, "/healthz") == [429] * 3
        assert await statuses(client, 3, ASKED, headers=key) == [200] * 3


async def test_who_is_forgotten_is_not_locked_out_with_his_address(own_database_url: str) -> None:
    token = make_key(own_database_url, "commander")
    key = bearer(token)
    limits = {"rate_address_per_s": 0.001, "rate_address_burst": 2000}
    app = create_app(Settings(**limits).with_database(own_database_url))
    async with running(app) as client:
        assert (await client.get(ASKED, headers=key)).status_code == 200
        while (await client.get("/healthz")).status_code == 200:
            pass
        for _ in range(3):
            await state_of(app).actors.forget("")
            assert (await client.get(ASKED, headers=key)).status_code == 200
        with psycopg.connect(own_database_url) as connection:
            connection.execute("update api_key set revoked_at = now()")
        await until(lambda: state_of(app).actors.known(Shown("key", token_hash(token))) is None)
        assert await statuses(client, 3, ASKED, headers=key) == [401, 429, 429]


async def test_keys_that_do_not_hold_are_limited_more(own_database_url: str) -> None:
    key = bearer(make_key(own_database_url, "commander"))
    async with served(
        own_database_url, rate_attempts_per_min=0.001, rate_attempts_burst=3
    ) as client:
        await client.get(ASKED, headers=key)
        for n in range(3):
            guess = await client.get(ASKED, headers=bearer(f"gg_guess{n}"))
            assert guess.status_code == 401
        guess = await client.get(ASKED, headers=bearer("gg_guess4"))
        assert guess.status_code == 429
        cookie = await client.get(ASKED, headers={"cookie": "gis_gov_session=guess"})
        assert cookie.status_code == 429
        assert (await client.get(ASKED, headers=key)).status_code == 200, "known ones go on"
        assert (await client.get("/healthz")).status_code == 200, "and so does the page"


@pytest.mark.parametrize(("method", "path"), [("POST", "/session"), ("GET", CALLBACK_PATH)])
async def test_sign_ins_are_limited_before_they_are_tried(
    own_database_url: str, method: str, path: str
) -> None:
    async with served(
        own_database_url, rate_attempts_per_min=0.001, rate_attempts_burst=2
    ) as client:
        tried = [(await client.request(method, path)).status_code for _ in range(4)]
    assert all(status >= 400 for status in tried)
    assert [status == 429 for status in tried] == [False, False, True, True]
