"""Sign in with an identity provider on another site, in a real browser, until the map is there."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Page, Route, expect

from tests.accounts.provider import SECRET, ProviderProcess, client, provider_process
from tests.conftest import TestServer
from tests.dashboard.conftest import serving
from tests.dashboard.overheard import Overheard, overhearing
from tests.dashboard.test_access import violations
from tests.dashboard.visit import Visit
from tests.ports import unused_port

SUBJECT = "5d0c7a6e"
TITLE = "区政务统一认证"
VIEW = "#map=16/22.9455/113.3555&point=113.3555,22.9455&radius=500"
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
    heard: Overheard


@pytest.fixture(scope="module")
def started(postgis: TestServer) -> Iterator[Sites]:
    port, server_port = unused_port(), unused_port()
    public = f"http://127.0.0.1:{port}"
    clients = [client("gis-gov", "ES256", public)]
    with (
        postgis.database() as url,
        provider_process(host="localhost", clients=clients) as provider,
    ):
        with psycopg.connect(url) as connection:
            connection.execute(LINKED, [provider.issuer, SUBJECT])
        told = {
            "GIS_GOV_OIDC_ISSUER": provider.issuer,
            "GIS_GOV_OIDC_CLIENT_ID": "gis-gov",
            "GIS_GOV_OIDC_CLIENT_SECRET": SECRET,
            "GIS_GOV_OIDC_TITLE": TITLE,
            "GIS_GOV_PUBLIC_URL": public,
        }
        with (
            serving(url, server_port, **told),
            overhearing(port, server_port) as heard,
        ):
            yield Sites(public, provider, heard)


@pytest.fixture
def sites(started: Sites) -> Sites:
    """Nothing is heard of other tests: each has a window of its own, which knows no session."""
    started.heard.pieces.clear()
    return started


@pytest.fixture
def gate(window: Page, sites: Sites) -> Visit:
    """Open a view where nobody is signed in."""
    window.route("https://**", refuse)  # a font on the provider's own pages
    visit = Visit(window, sites.gov)
    window.goto(f"{sites.gov}/{VIEW}")
    return visit


def refuse(route: Route) -> None:
    route.abort()


def go_there(gate: Visit, sites: Sites) -> None:
    gate.page.get_by_role("link", name=f"用{TITLE}登录").click()
    gate.page.wait_for_url(f"{sites.provider.issuer}/interaction/*")


def sign_in_there(page: Page, subject: str) -> None:
    page.locator("[name=login]").fill(subject)
    page.locator("[name=password]").fill("any")
    page.get_by_role("button").click()
    page.get_by_role("button", name="Continue").click()


def assert_same_view(gate: Visit) -> None:
    assert gate.page.url == f"{gate.site}/{VIEW}"


def test_the_button_leads_to_the_provider_and_back_to_the_same_view(
    gate: Visit, sites: Sites
) -> None:
    go_there(gate, sites)
    sign_in_there(gate.page, SUBJECT)
    expect(gate.page.get_by_role("group", name="当前用户")).to_contain_text("wang")
    gate.settle()
    assert_same_view(gate)
    assert_cookies(gate.page)
    # Strict cookies do not come along from another site, and do on our page's own way on.
    (back,) = sites.heard.headers_of("/session/oidc/callback")
    assert "gis_gov_oidc=" in back["cookie"]
    assert "gis_gov_session=" not in back["cookie"]
    _, last = sites.heard.headers_of("/")
    assert "gis_gov_session=" in last["cookie"]
    assert "referer" not in last


def assert_cookies(window: Page) -> None:
    """Check that the session's cookie is there for our page alone, and the flow's is gone."""
    held = {each.get("name"): each for each in window.context.cookies() if each}
    session = held["gis_gov_session"]
    assert session.get("sameSite") == "Strict"
    assert session.get("httpOnly")
    assert "gis_gov_oidc" not in held
    assert "gis_gov_session" not in window.evaluate("document.cookie")


def test_who_breaks_off_at_the_provider_is_told_beside_the_form(
    gate: Visit, sites: Sites, axe: str, tmp_path: Path
) -> None:
    go_there(gate, sites)
    gate.page.get_by_role("link", name="Cancel").click()
    expect(gate.page.get_by_role("alert")).to_contain_text("身份认证登录未成功")
    expect(gate.page.get_by_label("用户名")).to_be_focused()
    assert_same_view(gate)
    assert violations(gate, axe) == []
    gate.page.screenshot(path=tmp_path / "failed.png")
    gate.page.get_by_role("button", name="English").click()
    expect(gate.page.get_by_role("alert")).to_contain_text("did not succeed")
    gate.page.reload()
    expect(gate.page.get_by_label("User name")).to_be_focused()
    expect(gate.page.get_by_role("alert")).to_have_count(0)


def test_who_is_nobody_here_is_told_and_may_try_again(gate: Visit, sites: Sites) -> None:
    go_there(gate, sites)
    sign_in_there(gate.page, "somebody-else")
    expect(gate.page.get_by_role("alert")).to_contain_text("尚未关联本系统账号")
    gate.page.context.clear_cookies(domain="localhost")
    go_there(gate, sites)
    sign_in_there(gate.page, SUBJECT)
    expect(gate.page.get_by_role("group", name="当前用户")).to_contain_text("wang")
    gate.settle()
    assert_same_view(gate)


@pytest.mark.parametrize(("language", "width", "height"), [("zh", 1180, 720), ("en", 390, 844)])
def test_axe_finds_nothing_on_the_form_with_a_button(
    gate: Visit, axe: str, tmp_path: Path, language: str, width: int, height: int
) -> None:
    gate.page.set_viewport_size({"width": width, "height": height})
    if language == "en":
        gate.page.get_by_role("button", name="English").click()
    name = {"zh": f"用{TITLE}登录", "en": f"Sign in with {TITLE}"}[language]
    expect(gate.page.get_by_role("link", name=name)).to_be_visible()
    assert violations(gate, axe) == []
    gate.page.screenshot(path=tmp_path / f"button-{language}.png")
    assert gate.page.evaluate("document.documentElement.scrollWidth") <= width
