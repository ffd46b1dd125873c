"""The way in: the form, the first password, the second factor, and the way out."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pyotp.totp import TOTP

from tests.dashboard.people import COOKIE, PASSWORD, Seat, add_account, join
from tests.dashboard.test_access import violations
from tests.dashboard.visit import Visit

PLACE = "#map=16/22.9455/113.3555"


@pytest.fixture
def gate(window: Page, site: str) -> Visit:
    """Open the page where nobody is signed in."""
    visit = Visit(window, site)
    window.goto(f"{site}/{PLACE}")
    expect(window.get_by_role("heading", name="登录")).to_be_visible()
    return visit


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.get_by_label("用户名").fill(name)
    page.get_by_label("密码", exact=True).fill(password)
    page.get_by_role("button", name="登录").click()


def assert_only_refused(visit: Visit) -> None:
    """Check that the browser complained of nothing but refusals, and asked nobody else."""
    assert all(re.search(r"status of (400|401|403)", each) for each in visit.complaints)
    assert visit.foreign == []


def test_nothing_is_asked_for_before_somebody_signs_in(gate: Visit) -> None:
    # What the first loading still asks for would be taken for the second one's.
    gate.page.wait_for_load_state("networkidle")
    asked: list[str] = []
    gate.page.on("request", lambda request: asked.append(request.url))
    with gate.page.expect_response("**/session/methods") as methods:
        gate.page.reload()
    expect(gate.page.get_by_label("用户名")).to_be_focused()
    methods.value.finished()
    told = [url.removeprefix(gate.site) for url in asked]
    assert [path for path in told if not re.match(r"/assets/|/#|/$|data:", path)] == [
        "/session",
        "/session/methods",
    ]
    assert gate.page.locator(".map").count() == 0


def test_without_a_provider_the_password_is_the_only_way_in(gate: Visit) -> None:
    # What the first loading still waits for would be taken for the second one's.
    gate.page.wait_for_load_state("networkidle")
    with gate.page.expect_response("**/session/methods") as methods:
        gate.page.reload()
    assert methods.value.json() == {"oidc": None}
    # What an answer changes stands by the second picture after it.
    gate.page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    expect(gate.page.get_by_role("button", name="登录")).to_be_visible()
    expect(gate.page.get_by_role("link")).to_have_count(0)


def test_one_signs_in_by_keyboard_and_the_page_tells_who_it_is(
    gate: Visit, commander: Seat
) -> None:
    page = gate.page
    expect(page.get_by_label("用户名")).to_be_focused()
    page.keyboard.type("zhihui")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    who = page.get_by_role("group", name="当前用户")
    expect(who).to_contain_text("王芳")
    expect(who).to_contain_text("指挥长")
    gate.settle()
    assert gate.rendered("grids-fill")
    cookie = next(each for each in page.context.cookies() if each.get("name") == COOKIE)
    assert cookie.get("httpOnly")
    assert cookie.get("sameSite") == "Strict"
    kept = page.evaluate("JSON.stringify([localStorage, sessionStorage, location.href])")
    assert cookie.get("value", "?") not in kept
    assert PASSWORD not in kept
    assert_only_refused(gate)


@pytest.mark.parametrize(("language", "width", "height"), [("zh", 1180, 720), ("en", 390, 844)])
def test_axe_finds_nothing_on_the_form(
    gate: Visit, axe: str, tmp_path: Path, language: str, width: int, height: int
) -> None:
    gate.page.set_viewport_size({"width": width, "height": height})
    if language == "en":
        gate.page.get_by_role("button", name="English").click()
    assert violations(gate, axe) == []
    gate.page.screenshot(path=tmp_path / f"form-{language}.png")
    for field, kind in {"username": "username", "password": "current-password"}.items():
        assert gate.page.locator(f"#{field}").get_attribute("autocomplete") == kind
    assert gate.page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_refusal_is_told_and_the_password_typed_again(gate: Visit, commander: Seat) -> None:
    sign_in(gate.page, "zhihui", "Wrong-Quay-47")
    expect(gate.page.get_by_role("alert")).to_contain_text("用户名、密码或验证码有误")
    password = gate.page.get_by_label("密码", exact=True)
    expect(password).to_have_value("")
    expect(password).to_be_focused()
    expect(gate.page.get_by_label("用户名")).to_have_value("zhihui")
    assert_only_refused(gate)


def test_a_server_that_is_away_is_told_and_asked_again(window: Page, site: str) -> None:
    window.route("**/session", lambda route: route.abort())
    window.goto(site)
    expect(window.get_by_role("alert")).to_contain_text("连不上服务器")
    window.unroute("**/session")
    window.get_by_role("button", name="重试").click()
    expect(window.get_by_role("heading", name="登录")).to_be_visible()


def test_the_first_password_is_changed_before_the_map_is_shown(
    gate: Visit, axe: str, tmp_path: Path, neighbourhood_url: str
) -> None:
    page = gate.page
    one_time = add_account(neighbourhood_url, "xinren", "grid_worker")
    sign_in(page, "xinren", one_time)
    expect(page.get_by_role("heading", name="修改密码")).to_be_visible()
    expect(page.get_by_label("当前密码")).to_have_value(one_time)
    expect(page.get_by_label("新密码", exact=True)).to_be_focused()
    assert page.locator(".map").count() == 0
    new, again = (page.get_by_label(each, exact=True) for each in ("新密码", "再输一次新密码"))
    change = page.get_by_role("button", name="修改密码")

    new.fill(PASSWORD)
    again.fill("Lantern-Quay-48")
    change.click()
    expect(page.get_by_role("alert")).to_contain_text("不一致")

    new.fill("xinren")
    again.fill("xinren")
    change.click()
    faults = page.get_by_role("alert").get_by_role("listitem")
    expect(faults).to_have_text(
        [
            "太短或太长，应有 10 到 128 个字符",
            "字符种类太少，小写字母、大写字母、数字、其他字符中至少要有三类",
            "含有用户名",
        ]
    )
    assert violations(gate, axe) == []
    page.screenshot(path=tmp_path / "password.png")
    page.get_by_role("button", name="English").click()
    expect(faults.last).to_have_text("the user name is in it")
    page.get_by_role("button", name="简体中文").click()

    new.fill(PASSWORD)
    again.fill(PASSWORD)
    change.click()
    gate.settle()
    assert gate.rendered("grids-fill")
    assert_only_refused(gate)


def test_a_code_is_asked_for_where_there_is_a_second_factor(
    gate: Visit, neighbourhood_url: str
) -> None:
    page = gate.page
    seat = join(neighbourhood_url, gate.site, "liangbu", "commander")
    offered = seat.send("POST", "/session/totp", json={"password": PASSWORD}).json()
    totp = TOTP(offered["secret"])
    # A code is good once: that of half a minute ago is left for the confirmation.
    confirming = totp.at(int(page.evaluate("Date.now()")) // 1000 - 30)
    seat.send("PUT", "/session/totp", json={"code": confirming})

    sign_in(page, "liangbu")
    code = page.get_by_label("验证码")
    expect(code).to_be_focused()
    assert code.get_attribute("autocomplete") == "one-time-code"
    page.keyboard.type("12345")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("六位数字")
    code.fill("000 000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("有误")
    expect(code).to_have_value("")
    page.keyboard.type(totp.now())
    page.keyboard.press("Enter")
    gate.settle()
    assert_only_refused(gate)


def test_signing_out_ends_the_session_and_forgets_the_map(
    window: Page, site: str, neighbourhood_url: str
) -> None:
    seat = join(neighbourhood_url, site, "tuichu", "commander")
    seat.take(window)
    visit = Visit(window, site).open(PLACE)
    window.get_by_role("button", name="退出").click()
    expect(window.get_by_role("heading", name="登录")).to_be_visible()
    assert window.locator(".map").count() == 0
    assert not [each for each in window.context.cookies() if each.get("name") == COOKIE]
    seat.take(window)
    window.reload()
    expect(window.get_by_role("heading", name="登录")).to_be_visible()
    assert_only_refused(visit)


def test_when_the_session_ends_the_form_covers_the_map_which_goes_on_after(
    window: Page, site: str, axe: str, neighbourhood_url: str
) -> None:
    seat = join(neighbourhood_url, site, "lixi", "commander")
    seat.take(window)
    visit = Visit(window, site).open(PLACE)
    before = visit.centre()
    seat.send("DELETE", "/session")
    visit.click_map(113.3555, 22.9455)
    expect(window.get_by_text("登录已失效，请重新登录。")).to_be_visible()
    assert window.locator(".page").get_attribute("inert") is not None
    assert violations(visit, axe) == []
    window.evaluate("window.sameMap = window.gisGovMap")
    sign_in(window, "lixi")
    visit.answered()
    expect(window.locator(".chain-grid dd")).to_contain_text("桥南第二网格")
    visit.settle()
    assert window.evaluate("window.sameMap === window.gisGovMap")
    assert visit.centre() == before
    expect(window.get_by_role("alert")).to_have_count(0)
    assert_only_refused(visit)


def test_another_who_signs_in_begins_anew(window: Page, site: str, neighbourhood_url: str) -> None:
    join(neighbourhood_url, site, "qixiang", "weather_officer")
    seat = join(neighbourhood_url, site, "qianren", "commander")
    seat.take(window)
    visit = Visit(window, site).open(PLACE)
    seat.send("DELETE", "/session")
    visit.click_map(113.3555, 22.9455)
    sign_in(window, "qixiang")
    expect(window.get_by_role("group", name="当前用户")).to_contain_text("气象员")
    visit.settle()
    expect(window.locator(".legend").get_by_label("事件", exact=True)).to_have_count(0)
