"""Limit how often one account, key or address asks; each server process counts by itself."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gis_gov.access.actor import Actor
from gis_gov.access.permit import shown
from gis_gov.access.tokens import Shown
from gis_gov.client_address import client_address, network_of, site_of
from gis_gov.guards.problems import TooManyRequests
from gis_gov.guards.refuse import refuse
from gis_gov.problems import Problem
from gis_gov.settings import Settings
from gis_gov.state import state_of

KEPT_MAX: Final = 100_000
SIGN_IN_PATH: Final = "/session"
CALLBACK_PATH: Final = "/session/oidc/callback"
DEVICE_PATH: Final = "/osmand"
"""Devices show a secret there, which no guard sees: the route looks at it before all else."""
WAIT_S: Final = "attempts_wait_s"
"""Where in a request's state it stands how long an address may not be wrong again."""
_SIGN_IN_METHODS: Final = frozenset({"POST", "PUT"})
# A /48 is a household's at one provider, and a whole office's at another.
SITE_TIMES: Final = 8
_UNAUTHORIZED: Final = 401
_FIRST_FAILURE: Final = 400


class Buckets:
    """One bucket of `burst` tokens for each key, refilled by `per_s`; without it, never empty.

    Of each bucket it keeps only the moment at which it will be full, of the longest unused none.
    """

    def __init__(
        self, per_s: float, burst: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._token_s = 1 / per_s if per_s else 0.0
        self._burst_s = burst * self._token_s
        self._clock = clock
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def wait_s(self, key: str) -> float:
        """Return the seconds until there is a token, 0 if there is one."""
        lacking_s = self._full_at.get(key, 0.0) - self._clock() + self._token_s - self._burst_s
        return max(lacking_s, 0.0)

    def take(self, key: str) -> float:
        """Take a token if there is one; return the seconds until there is one, 0 if taken."""
        if not self._token_s:
            return 0.0
        now = self._clock()
        full_at = max(self._full_at.get(key, 0.0), now) + self._token_s
        if (lacking_s := full_at - now - self._burst_s) > 0:
            return lacking_s
        self._full_at[key] = full_at
        self._full_at.move_to_end(key)
        if len(self._full_at) > KEPT_MAX:
            self._full_at.popitem(last=False)
        return 0.0

    def give_back(self, key: str) -> None:
        """Put a token back that was taken."""
        if key in self._full_at:
            self._full_at[key] -= self._token_s


class Attempts:
    """Attempts to sign in, by network; all networks of an IPv6 site have `SITE_TIMES` as many."""

    def __init__(
        self, per_s: float, burst: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._networks = Buckets(per_s, burst, clock)
        self._sites = Buckets(SITE_TIMES * per_s, SITE_TIMES * burst, clock)

    def wait_s(self, address: str | None) -> float:
        """Return the seconds until there may be one from an address, 0 if there may."""
        site = site_of(address)
        wait_s = self._networks.wait_s(network_of(address))
        return wait_s if site is None else max(wait_s, self._sites.wait_s(site))

    def take(self, address: str | None) -> float:
        """Count one, if there may be one; return the seconds until then."""
        wait_s = self.wait_s(address)
        if not wait_s:
            self._networks.take(network_of(address))
            if (site := site_of(address)) is not None:
                self._sites.take(site)
        return wait_s

    def give_back(self, address: str | None) -> None:
        """Count one less."""
        self._networks.give_back(network_of(address))
        if (site := site_of(address)) is not None:
            self._sites.give_back(site)


class Met:
    """Who showed a key or session that held when it was last looked at; of the longest unseen none.

    It gives no right: it says whose tokens a request takes before anybody asks the database.
    """

    def __init__(self) -> None:
        self._met: OrderedDict[Shown, Actor] = OrderedDict()

    def of(self, token: Shown) -> Actor | None:
        """Return who showed it."""
        return self._met.get(token)

    def note(self, token: Shown, actor: Actor) -> None:
        """Keep that it held."""
        self._met[token] = actor
        self._met.move_to_end(token)
        if len(self._met) > KEPT_MAX:
            self._met.popitem(last=False)

    def forget(self, token: Shown) -> None:
        """Keep nothing of what holds no more."""
        self._met.pop(token, None)


class LimitRates:
    """Answer 429 to an account or key, or else an address, that asks too often.

    A sign-in takes a token of its address's attempts, and gets it back if it succeeds; a key or
    session that does not hold takes one, and so does a device's wrong secret. Without any left,
    only those get through who are known, or were until something was announced that may concern
    them, and devices with a right secret.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self._actors = Buckets(settings.rate_actor_per_s, settings.rate_actor_burst)
        self._addresses = Buckets(settings.rate_address_per_s, settings.rate_address_burst)
        self._attempts = Attempts(settings.rate_attempts_per_min / 60, settings.rate_attempts_burst)
        self._met = Met()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer with a problem."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        token = shown(request)
        actor = self._who(scope, token) if token else None
        signs_in = _signs_in(scope)
        if token and actor is not None and not signs_in:
            wait_s = self._actors.take(actor.name)
            await self._go(wait_s, scope, receive, self._forgetting(token, send), actor)
            return
        address = client_address(request)
        wait_s = self._addresses.take(network_of(address))
        is_device = scope["path"] == DEVICE_PATH
        if wait_s or not (signs_in or token or is_device):
            await self._go(wait_s, scope, receive, send, actor)
            return
        wait_s = self._attempts.take(address) if signs_in else self._attempts.wait_s(address)

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                if signs_in and (message["status"] < _FIRST_FAILURE or _is_half_done(scope)):
                    self._attempts.give_back(address)
                elif not signs_in and message["status"] == _UNAUTHORIZED:
                    self._attempts.take(address)
            await send(message)

        if is_device:
            # Behind one address there are thousands of phones, of which one is wrong.
            scope.setdefault("state", {})[WAIT_S] = wait_s
            await self.app(scope, receive, send if wait_s else counted)
            return
        await self._go(wait_s, scope, receive, send if wait_s else counted, actor)
        if token and not signs_in and (found := scope.get("state", {}).get("actor")):
            self._met.note(token, found)

    def _who(self, scope: Scope, token: Shown) -> Actor | None:
        known = state_of(scope["app"]).actors.known(token)
        if known is None:
            return self._met.of(token)
        self._met.note(token, known)
        return known

    def _forgetting(self, token: Shown, send: Send) -> Send:
        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == _UNAUTHORIZED:
                self._met.forget(token)
            await send(message)

        return watched

    async def _go(
        self, wait_s: float, scope: Scope, receive: Receive, send: Send, actor: Actor | None
    ) -> None:
        if not wait_s:
            await self.app(scope, receive, send)
            return
        if actor is not None:
            scope.setdefault("state", {})["actor"] = actor  # known to the audit, even if refused
        after_s = math.ceil(wait_s)
        problem = TooManyRequests(f"Ask again in {after_s} s.", retry_after=after_s)
        await refuse(problem, scope, receive, send, {"retry-after": str(after_s)})


def _is_half_done(scope: Scope) -> bool:
    """Say whether the password was right, and the code of the second factor is to come."""
    problem = scope.get("state", {}).get("problem")
    return isinstance(problem, Problem) and problem.slug == "code-needed"


def _signs_in(scope: Scope) -> bool:
    path: str = scope["path"]
    if path == CALLBACK_PATH:
        return True
    return scope["method"] in _SIGN_IN_METHODS and (
        path == SIGN_IN_PATH or path.startswith(f"{SIGN_IN_PATH}/")
    )
