"""What is under way when a password is changed or reset, or when its client leaves."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import replace

import pytest
from psycopg import AsyncConnection
from starlette.types import Message

from gis_gov.access.passwords import Passwords
from gis_gov.state import state_of
from tests.accounts.people import PASSWORD, Browser, Town, slug
from tests.accounts.test_own_account import NEW, change, forget_step, set_factor

pytestmark = pytest.mark.anyio

MANAGER = "system_administrator"


class Held(Passwords):
    """Passwords of which the first work, or the check of a new one, is held up at its end."""

    def __init__(self, *, new: bool = False) -> None:
        super().__init__()
        self._new = new
        self.reached = asyncio.Event()
        self.free = asyncio.Event()

    async def fits(self, password: str, kept: str | None) -> bool:
        fits = await super().fits(password, kept)
        if not self._new:
            await self._hold()
        return fits

    async def hash(self, password: str) -> str:
        hashed = await super().hash(password)
        if not self._new:
            await self._hold()
        return hashed

    async def refuse_new(self, password: str, name: str, former: Iterable[str]) -> None:
        await super().refuse_new(password, name, former)
        if self._new:
            await self._hold()

    async def _hold(self) -> None:
        if not self.reached.is_set():
            self.reached.set()
            await self.free.wait()


def held(town: Town, *, new: bool = False) -> Held:
    passwords = Held(new=new)
    town.app.state.gis_gov = replace(state_of(town.app), passwords=passwords)
    return passwords


async def reset(manager: Browser, name: str = "wang", how: str = "reset_password") -> str:
    answer = await manager.send("PATCH", f"/accounts/{name}", {"change": how})
    assert answer.status_code == 200
    return answer.json()["one_time_password"] or ""


@pytest.mark.parametrize("new", [True, False])
async def test_a_change_under_way_does_not_outlive_a_reset(town: Town, new: bool) -> None:
    manager = await town.signed_in("sun", MANAGER)
    thief = await town.signed_in("wang")
    passwords = held(town, new=new)
    changing = asyncio.create_task(change(thief, PASSWORD, NEW))
    await passwords.reached.wait()
    one_time = await reset(manager)
    passwords.free.set()
    assert await changing == 403
    assert (await town.browser().sign_in("wang", NEW)).status_code == 401
    assert (await town.browser().sign_in("wang", one_time)).json()["must_change_password"]
    assert town.audited("password.change") == []


async def test_a_change_under_way_does_not_outlive_its_session(town: Town) -> None:
    browser = await town.signed_in("wang")
    passwords = held(town, new=True)
    changing = asyncio.create_task(change(browser, PASSWORD, NEW))
    await passwords.reached.wait()
    town.execute("delete from session")
    passwords.free.set()
    assert await changing == 401
    assert (await town.browser().sign_in("wang")).status_code == 200


async def test_a_sign_in_with_the_old_password_does_not_outlive_the_change(town: Town) -> None:
    victim = await town.signed_in("wang")
    passwords = held(town)
    signing_in = asyncio.create_task(town.browser().sign_in("wang"))
    await passwords.reached.wait()
    assert await change(victim, PASSWORD, NEW) == 200
    passwords.free.set()
    assert slug(await signing_in) == "sign-in-refused"
    assert town.execute("select count(*) from session") == [(1,)]
    assert town.audited("session.create")[-1] == (
        "anonymous",
        "wang",
        "refused",
        "changed meanwhile",
    )


async def test_a_sign_in_without_a_code_does_not_outlive_a_second_factor(town: Town) -> None:
    victim = await town.signed_in("wang")
    passwords = held(town)
    signing_in = asyncio.create_task(town.browser().sign_in("wang"))
    await passwords.reached.wait()
    await set_factor(victim)
    passwords.free.set()
    assert slug(await signing_in) == "sign-in-refused"


@pytest.mark.parametrize("path", ["/session/totp", "/session/totp/removal"])
async def test_a_second_factor_is_not_changed_after_a_reset(town: Town, path: str) -> None:
    manager = await town.signed_in("sun", MANAGER)
    thief = await town.signed_in("wang")
    if path.endswith("removal"):
        await set_factor(thief)
        forget_step(town)
    before = town.execute("select totp_sealed from account where name = 'wang'")
    passwords = held(town)
    asking = asyncio.create_task(thief.send("POST", path, {"password": PASSWORD}))
    await passwords.reached.wait()
    await reset(manager)
    passwords.free.set()
    assert slug(await asking) == "wrong-password"
    assert town.execute("select totp_sealed from account where name = 'wang'") == before


async def waiting_for_locks(town: Town, count: int) -> None:
    """Wait until so many queries wait for what others hold."""
    for _ in range(500):
        ((found,),) = town.execute(
            "select count(*) from pg_stat_activity"
            " where datname = current_database() and wait_event_type = 'Lock'"
        )
        if found == count:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"never were there {count} that wait")


async def test_a_key_is_not_made_after_a_reset(town: Town) -> None:
    manager = await town.signed_in("sun", MANAGER)
    thief = await town.signed_in("wang", "commander")
    body = {"name": "stay", "roles": [{"role": "commander"}]}
    async with await AsyncConnection.connect(town.url) as conn:
        # A reset writes its entry last: held up there, all else of it is done.
        await conn.execute("select from audit_head for update")
        resetting = asyncio.create_task(reset(manager))
        await waiting_for_locks(town, 1)
        making = asyncio.create_task(thief.send("POST", "/keys", body))
        await waiting_for_locks(town, 2)
    await resetting
    assert (await making).status_code == 401
    assert town.execute("select count(*) from api_key") == [(0,)]


async def idle_transactions(town: Town) -> int:
    """Count the transactions that stay idle; those of the keepers are so for moments only."""
    found = 0
    for _ in range(100):
        ((found,),) = town.execute(
            "select count(*) from pg_stat_activity"
            " where datname = current_database() and state = 'idle in transaction'"
        )
        if found == 0:
            break
        await asyncio.sleep(0.02)
    return found


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/accounts", {"name": "liu"}),
        ("PATCH", "/accounts/wang", {"change": "reset_password"}),
    ],
)
async def test_no_transaction_waits_for_a_password_to_be_hashed(
    town: Town, method: str, path: str, body: object
) -> None:
    manager = await town.signed_in("sun", MANAGER)
    town.account("wang")
    passwords = held(town)
    asking = asyncio.create_task(manager.send(method, path, body))
    await passwords.reached.wait()
    idle = await idle_transactions(town)
    passwords.free.set()
    assert (await asking).is_success
    assert idle == 0


async def ask_and_leave(
    town: Town, passwords: Held, method: str, path: str, body: object, *headers: tuple[str, str]
) -> None:
    """Send a request whose client leaves while the password is being compared."""
    sent = False

    async def receive() -> Message:
        nonlocal sent
        if not sent:
            sent = True
            return {"type": "http.request", "body": json.dumps(body).encode(), "more_body": False}
        await passwords.reached.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        raise AssertionError(message)

    told = (("host", "gov.test"), ("content-type", "application/json"), *headers)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "scheme": "https",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in told],
        "client": ("10.1.2.3", 40_000),
        "server": ("gov.test", 443),
    }
    await town.app(scope, receive, send)


async def entries(town: Town, action: str) -> list[tuple[object, ...]]:
    for _ in range(200):
        if found := town.audited(action):
            return found
        await asyncio.sleep(0.02)
    return []


async def test_a_failed_sign_in_is_on_record_though_its_client_has_left(town: Town) -> None:
    town.account("wang")
    passwords = held(town)
    body = {"name": "wang", "password": "Wrong-Quay-47"}
    await ask_and_leave(town, passwords, "POST", "/session", body)
    assert town.execute("select failures from account") == [(1,)]
    passwords.free.set()
    assert await entries(town, "session.create") == [("anonymous", "wang", "refused", "password")]


async def test_a_wrong_password_is_on_record_though_its_client_has_left(town: Town) -> None:
    browser = await town.signed_in("wang")
    passwords = held(town)
    headers = ("cookie", f"gis_gov_session={browser.cookie}"), ("x-csrf-token", browser.csrf)
    body = {"password": "Wrong-Quay-47", "new_password": NEW}
    await ask_and_leave(town, passwords, "PUT", "/session/password", body, *headers)
    passwords.free.set()
    assert await entries(town, "password.confirm") == [
        ("account:wang", None, "refused", "password")
    ]
