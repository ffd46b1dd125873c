"""Sign in with an identity provider on another site, in a real browser, until the map is there."""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest
from playwright.sync_api import Page, Request, Route

from tests.accounts.provider import SECRET, ProviderProcess, client, provider_process
from tests.dashboard.conftest import serving
from tests.ports import unused_port

SUBJECT = "5d0c7a6e"
LINKED = """
    with made as (
        insert into account (name, oidc_issuer, oidc_subject) values ('wang', %s, %s) returning id
    )
    insert into role_grant (account_id, role) select id, 'commander' from made
"""


@dataclass
class Sites:
    """The server, and the provider, which is another site for a browser."""

    gov: str
    provider: ProviderProcess


@pytest.fixture
def sites(own_database_url: str) -> Iterator[Sites]:
    port = unused_port()
    public = f"http://127.0.0.1:{port}"
    clients = [client("gis-gov", "ES256", public)]
    with provider_process(host="localhost", clients=clients) as provider:
        with psycopg.connect(own_database_url) as connection:
            connection.execute(LINKED, [provider.issuer, SUBJECT])
        told = {
            "GIS_GOV_OIDC_ISSUER": provider.issuer,
            "GIS_GOV_OIDC_CLIENT_ID": "gis-gov",
            "GIS_GOV_OIDC_CLIENT_SECRET": SECRET,
            "GIS_GOV_PUBLIC_URL": public,
        }
        with serving(own_database_url, port, **told) as (address, _):
            assert address == public
            yield Sites(public, provider)


def test_a_person_comes_back_from_the_provider_signed_in(window: Page, sites: Sites) -> None:
    sent: list[Request] = []
    window.on("request", lambda request: sent.append(request))  # noqa: PLW0108
    window.route("https://**", refuse)  # a font on the provider's own pages
    window.goto(f"{sites.gov}/docs")
    window.evaluate("location.assign('/session/oidc')")
    window.wait_for_url(f"{sites.provider.issuer}/interaction/*")
    window.locator("[name=login]").fill(SUBJECT)
    window.locator("[name=password]").fill("any")
    window.get_by_role("button").click()
    window.get_by_role("button", name="Continue").click()
    window.wait_for_url(f"{sites.gov}/")
    told = window.evaluate("fetch('/session').then((answer) => answer.json())")
    assert told["name"] == "wang"
    assert_cookies(window)
    documents = [request for request in sent if request.is_navigation_request()]
    # Strict cookies do not come along from another site, and do on our page's own way on.
    back = next(each for each in documents if "/session/oidc/callback?" in each.url)
    cookies = back.all_headers()["cookie"]
    assert "gis_gov_oidc=" in cookies
    assert "gis_gov_session=" not in cookies
    last = documents[-1]
    assert last.url == f"{sites.gov}/"
    assert "gis_gov_session=" in last.all_headers()["cookie"]
    assert "referer" not in last.all_headers()


def refuse(route: Route) -> None:
    route.abort()


def assert_cookies(window: Page) -> None:
    """Check that the session's cookie is there for our page alone, and the flow's is gone."""
    held = {each.get("name"): each for each in window.context.cookies() if each}
    session = held["gis_gov_session"]
    assert session.get("sameSite") == "Strict"
    assert session.get("httpOnly")
    assert "gis_gov_oidc" not in held
    assert "gis_gov_session" not in window.evaluate("document.cookie")
