"""Requests that schemathesis makes of our OpenAPI, right ones and wrong ones, as everybody.

As nobody, by a key that sees masks, by one that may do everything, and by a person who may do
everything. Whatever is asked, the answer is one that the document declares, and never a 5xx.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from gis_gov.app import create_app
from tests.conftest import TestServer
from tests.contracts.requests import REQUESTS
from tests.contracts.test_access import person_with_every_right
from tests.counting.tiling import write_world
from tests.dashboard.conftest import serving
from tests.signed_in import EVERY_RIGHT, NO_RATES, bearer, make_key, unhurried

# How many requests each makes of each operation: most of nobody's are answered alike.
EXAMPLES = {"nobody": 3, "masked": 6, "key": 10, "person": 6}
HEAD_MAX = 64 * 1024
"""So many bytes of a request's head the server reads (`gis-gov serve`)."""
ASKED = [
    pytest.param(method, path, who, id=f"{method} {path} {who}")
    for (method, path), asked in sorted(REQUESTS.items())
    for who in EXAMPLES
    if asked.person or who != "person"
]

# `default` declares a problem for any status; that no 5xx is among them, and what a problem is
# like, the others check.
ANSWERS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@dataclass(frozen=True)
class Site:
    """A server, its OpenAPI as schemathesis reads it, and its database."""

    url: str
    address: str
    schema: Any
    shown: dict[str, dict[str, str]] = field(default_factory=dict)

    def show(self, who: str, method: str) -> dict[str, str]:
        """Return how someone shows who he is: made anew for what may end it."""
        if method != "GET":
            return shown_by(self.url)[who]()
        if who not in self.shown:
            self.shown[who] = shown_by(self.url)[who]()
        return self.shown[who]


@pytest.fixture(scope="module")
def site(postgis: TestServer) -> Iterator[Site]:
    with postgis.database() as url:
        write_world(url, 3)
        # A real server: the toolkit's own client begins the application anew for each request.
        with serving(url, None, **NO_RATES, GIS_GOV_LIVE_STREAM_S="0.2") as (address, _):
            schema: Any = schemathesis.openapi.from_dict(create_app(unhurried()).openapi())
            schema.config.update(base_url=address)
            yield Site(url, address, schema)


def shown_by(url: str) -> dict[str, Callable[[], dict[str, str]]]:
    """Return how each who asks shows it, made anew."""
    return {
        "nobody": dict,
        "masked": lambda: bearer(make_key(url, "department_officer", area="440199001")),
        "key": lambda: bearer(make_key(url, *EVERY_RIGHT)),
        "person": lambda: person_with_every_right(url),
    }


@pytest.mark.parametrize(("method", "path", "who"), ASKED)
def test_every_answer_is_declared(site: Site, method: str, path: str, who: str) -> None:
    operation = site.schema[path][method]
    strategy = operation.as_strategy(GenerationMode.POSITIVE) | operation.as_strategy(
        GenerationMode.NEGATIVE
    )

    @settings(
        max_examples=EXAMPLES[who],
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=cast("Any", list(HealthCheck)),
    )
    @given(case=strategy)
    def ask(case: Case) -> None:
        answer = case.call(base_url=site.address, headers=site.show(who, method))
        if len(answer.request.url or "") > HEAD_MAX:
            assert answer.status_code == 431  # the server's own, before any of our code
            return
        case.validate_response(answer, checks=ANSWERS)

    ask()
