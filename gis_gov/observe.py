"""Middleware that gives every request an id, and counts and times it."""

import time
from functools import cache
from uuid import uuid4

import structlog
from prometheus_client import Counter, Histogram
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# The client's own words would make a metric each.
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
REQUESTS = Counter(
    "gis_gov_requests", "Requests by route, method and status.", ["route", "method", "status"]
)
SECONDS = Histogram(
    "gis_gov_request_seconds",
    "Time until the first byte of an answer, by route.",
    ["route"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)


# To find them by their labels takes longer than to count; there are as many as routes and statuses.
@cache
def _metrics(route: str, method: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(route, method, status), SECONDS.labels(route)


class Observe:
    """Set `x-request-id`, bind it to the log, and keep the request metrics."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        started = time.perf_counter()

        async def observed(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["x-request-id"] = request_id
                # The route's pattern, never the path: a path can hold a code, and is unbounded.
                route = getattr(scope.get("route"), "path", "unknown")
                method = scope["method"] if scope["method"] in METHODS else "other"
                requests, seconds = _metrics(route, method, message["status"])
                requests.inc()
                seconds.observe(time.perf_counter() - started)
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            await self.app(scope, receive, observed)
