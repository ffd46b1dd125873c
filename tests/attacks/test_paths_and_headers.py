"""Paths and headers by which a request is taken for another, or its sender for somebody else."""

import httpx
import pytest

from tests.accounts.people import Town, client_at
from tests.attacks.attacking import attacker, recorded, refusals, tells_of_victim
from tests.registry.conftest import EAST
from tests.signed_in import bearer, make_key

pytestmark = pytest.mark.anyio

PATHS = (
    "/persons%2fP3",
    "/%70ersons/P3",
    "/persons/%50%33",
    "/persons/P1/../P3",
    "/persons/P1%2f..%2fP3",
    "/persons/P1/%2e%2e/P3",
    "/persons/./P3",
    "/persons//P3",
    "//persons/P3",
    "/persons/P3/",
    "/persons/P3;a=b",
    "/persons;/P3",
    "/PERSONS/P3",
    "/persons/P3%00",
    "/persons/P3%0d%0aX-Area:%20all",
    "/persons/P3%23",
    "/persons/P3.json",
    "/%2570ersons/P3",
    "/persons/%2550%2533",
    "/persons/%252e%252e/P3",
    "/style.json/../persons/P3",
    "/session/..%2fpersons/P3",
    "/assets/../persons/P3",
    "/docs/../persons/P3",
    "/persons%5cP3",
    "/persons/%ef%bc%b03",
    "/persons/p3",
    "/persons/P3%20",
)


@pytest.mark.parametrize("path", PATHS)
async def test_a_path_by_which_the_victim_would_be_another(town: Town, path: str) -> None:
    """Refused to who may see the east, and, without a sign-in, to anybody."""
    for client in (attacker(town), town.browser().client):
        request = client.build_request("GET", "/")
        request.url = request.url.copy_with(raw_path=path.encode())
        answer = await client.send(request)
        assert 300 <= answer.status_code < 500
        assert not tells_of_victim(answer)
    for result, *_ in recorded(town, "person.read"):
        assert result == "refused"


@pytest.mark.parametrize(
    "headers",
    [
        {"x-original-url": "/persons/P3"},
        {"x-rewrite-url": "/persons/P3"},
        {"x-forwarded-uri": "/persons/P3"},
        {"x-forwarded-prefix": "/persons"},
        {"x-http-method-override": "DELETE"},
        {"x-http-method": "DELETE"},
        {"x-method-override": "DELETE"},
        {"x-remote-user": "admin"},
        {"remote-user": "admin"},
        {"x-forwarded-user": "admin"},
        {"x-user-id": "1"},
        {"x-area": "440199000000"},
        {"x-role": "commander"},
        {"from": "admin@localhost"},
    ],
    ids=lambda headers: next(iter(headers)),
)
async def test_a_header_that_says_who_one_is_or_what_one_wants(
    town: Town, headers: dict[str, str]
) -> None:
    client = attacker(town)
    for path in ("/session", "/persons", "/persons/P3"):
        plain, told = await client.get(path), await client.get(path, headers=headers)
        assert (told.status_code, told.text) == (plain.status_code, plain.text)
        assert (await town.browser().client.get(path, headers=headers)).status_code == 401
    assert len([each for each in refusals(town) if each[0] == "anonymous"]) == 3


async def test_an_override_of_the_method_in_the_query(town: Town) -> None:
    client = attacker(town)
    assert (await client.get("/persons", params={"_method": "POST"})).status_code == 400


async def test_two_keys_at_once(town: Town) -> None:
    weak = bearer(make_key(town.url, "supervisor", area=EAST))["authorization"]
    strong = bearer("gg_made_up")["authorization"]
    client = town.browser().client
    for pair in ((weak, strong), (strong, weak), (f"{weak}, {strong}", "")):
        headers = [("authorization", value) for value in pair if value]
        answer = await client.get("/persons/P3", headers=headers)
        assert answer.status_code in {400, 401, 404}
        assert not tells_of_victim(answer)


async def test_a_key_that_does_not_hold_beside_a_session_that_does(town: Town) -> None:
    """The key goes first: no answer is given to a sender that is not who it says."""
    browser = await town.signed_in("wang", "commander")
    answer = await browser.client.get("/persons/P3", headers=bearer("gg_made_up"))
    assert answer.status_code == 401
    assert refusals(town) == [("anonymous", "GET /persons/{code}", "sign-in-needed")]


async def test_two_sessions_at_once(town: Town) -> None:
    browser = await town.signed_in("wang", "commander")
    stranger = town.browser().client
    for cookies in (
        f"gis_gov_session={browser.cookie}; gis_gov_session=x",
        f"gis_gov_session=x; gis_gov_session={browser.cookie}",
        f'gis_gov_session="{browser.cookie}',
    ):
        answer = await stranger.delete("/session", headers={"cookie": cookies})
        assert answer.status_code in {401, 403}
    assert (await browser.send("GET", "/session")).status_code == 200


@pytest.mark.parametrize("name", ["x-forwarded-for", "x-real-ip", "forwarded", "x-client-ip"])
async def test_an_address_that_is_only_said(town: Town, name: str) -> None:
    """The audit has where a request came from, not where it says that it comes from."""
    client = client_at(town.app, "192.0.2.66")
    said = "for=10.0.0.1" if name == "forwarded" else "10.0.0.1"
    assert (await client.get("/persons", headers={name: said})).status_code == 401
    ((address,),) = town.execute(
        "select host(client) from audit where number > %s", town.audited_before
    )
    assert address == "192.0.2.66"


@pytest.mark.parametrize("host", ["evil.example", "localhost", "gov.test@evil.example"])
async def test_another_host_opens_nothing(town: Town, host: str) -> None:
    client = town.browser().client
    for path in ("/persons/P3", "/session", "/metrics"):
        answer: httpx.Response = await client.get(path, headers={"host": host})
        assert answer.status_code in {400, 401, 421}
        assert "location" not in answer.headers
