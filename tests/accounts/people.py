"""People for tests: real accounts in the test's database, and browsers in which they sign in."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import httpx
import psycopg
from fastapi import FastAPI

from gis_gov.state import state_of
from tests.quick_passwords import QuickHasher
from tests.signed_in import bearer, client_of

PASSWORD = "Lantern-Quay-47"


@cache
def hashed(password: str) -> str:
    return QuickHasher().hash(password)


@dataclass(frozen=True)
class Town:
    """A database with two streets of a district, and the application that runs on it."""

    url: str
    app: FastAPI
    audited_before: int = 0

    def execute(self, statement: Any, *values: object) -> list[tuple[Any, ...]]:
        """Run a statement as the owner, and return its rows."""
        with psycopg.connect(self.url) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def count_anew(self) -> None:
        """Let what nobody known is refused be an entry again, and not be counted to another's."""
        state_of(self.app).audit._repeats._counts.clear()

    def account(self, name: str, password: str = PASSWORD, *, must_change: bool = False) -> int:
        """Add an account, and return its id."""
        ((account_id,),) = self.execute(
            "insert into account (name, password_hash, password_set_at, password_must_change)"
            " values (%s, %s, now(), %s) returning id",
            name,
            hashed(password),
            must_change,
        )
        return account_id

    def grant(
        self,
        name: str,
        *roles: str,
        area: str | None = None,
        grid: str | None = None,
        classes: Sequence[str] | None = None,
        until: date | None = None,
    ) -> None:
        """Give an account roles."""
        for role in roles:
            self.execute(
                "insert into role_grant"
                " (account_id, role, area_id, grid_id, person_classes, valid_to) values ("
                " (select id from account where name = %s), %s,"
                " (select id from area where code = %s), (select id from grid where code = %s),"
                " %s, %s)",
                name,
                role,
                area,
                grid,
                classes and list(classes),
                until,
            )

    def browser(self, address: str = "10.1.2.3") -> "Browser":
        """Open a browser, in which nobody is signed in."""
        return Browser(self, client_at(self.app, address))

    async def signed_in(self, name: str, *roles: str, **limits: Any) -> "Browser":
        """Add an account with roles, and sign in to it."""
        self.account(name)
        self.grant(name, *roles, **limits)
        browser = self.browser()
        answer = await browser.sign_in(name)
        assert answer.status_code == 200, answer.text
        return browser

    def machine(self, key: str) -> httpx.AsyncClient:
        """Make a client that shows a key."""
        return client_of(httpx.ASGITransport(self.app), bearer(key))

    def audited(self, action: str) -> list[tuple[Any, ...]]:
        """Return the actor, object, result and reason of this test's entries of an action."""
        return self.execute(
            "select actor, object_code, result, reason from audit"
            " where action = %s and number > %s order by number",
            action,
            self.audited_before,
        )


def client_at(app: FastAPI, address: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, client=(address, 40_000))
    return httpx.AsyncClient(transport=transport, base_url="https://gov.test")


class Browser:
    """A browser: it keeps cookies, and its page sends the token that belongs to them."""

    def __init__(self, town: Town, client: httpx.AsyncClient) -> None:
        self.town = town
        self.client = client
        self.csrf = ""

    @property
    def cookie(self) -> str | None:
        return self.client.cookies.get("gis_gov_session")

    async def sign_in(self, name: str, password: str = PASSWORD, **more: str) -> httpx.Response:
        answer = await self.client.post(
            "/session", json={"name": name, "password": password, **more}
        )
        if answer.status_code == 200:
            self.csrf = answer.json()["csrf_token"]
        return answer

    async def send(self, method: str, path: str, json: object = None) -> httpx.Response:
        """Send a request as the page does."""
        return await self.client.request(
            method, path, json=json, headers={"x-csrf-token": self.csrf}
        )


def slug(answer: httpx.Response) -> str:
    """Return which problem was answered."""
    return answer.json()["type"].removeprefix("urn:gis-gov:problem:")


async def told_as_worker(client: httpx.AsyncClient) -> dict[str, Any]:
    """Wait until the server has heard whose worker somebody is; return what it tells of him."""
    for _ in range(500):
        told = (await client.get("/session")).json()
        if told["worker"] is not None:
            return told
        await asyncio.sleep(0.02)
    raise AssertionError("the server has not heard of it")
