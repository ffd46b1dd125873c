"""`gis-gov account`, `role`, `key`, and the first administrator that `up` makes."""

import re
from collections.abc import Callable
from pathlib import Path

import httpx
import psycopg
import pytest

from gis_gov.access.tokens import token_hash
from tests.cli.process import Up, gis_gov, refusal

AREAS = """
    insert into area (code, name, level) values ('990101001000', '汀屿街道', 'street');
    insert into grid (code, name, area_id, geom) select 'G1', '第一网格', id,
    st_multi(st_makeenvelope(0, 0, 1, 1, 4490)) from area;
"""
SIGN_IN = re.compile(r"Sign in as (\S+) with the one-time password (\S+)")
STREET = "990101001000"


class Office:
    """A database with a street and a grid, and the commands that administer it."""

    def __init__(self, url: str, home: Path) -> None:
        self.url = url
        self.settings = {"GIS_GOV_DATABASE_URL": url, "GIS_GOV_HOME": home}

    def run(self, *arguments: object) -> str:
        done = gis_gov(*arguments, **self.settings)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def refused(self, *arguments: object, code: int = 1) -> str:
        return refusal(gis_gov(*arguments, **self.settings), code)

    def query(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(statement).fetchall()  # type: ignore[arg-type]

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute(statement)  # type: ignore[arg-type]


@pytest.fixture
def office(own_database_url: str, tmp_path: Path) -> Office:
    with psycopg.connect(own_database_url) as connection:
        connection.execute(AREAS)
    return Office(own_database_url, tmp_path)


def test_a_key_is_printed_alone_and_holds_what_was_asked_for(office: Office) -> None:
    roles = ("--role", "analyst", "--role", "大屏")
    limits = ("--area", STREET, "--grid", "G1", "--person-class", "service", "--days", 7)
    token = office.run("key", "create", "--name", "qgis", *roles, *limits)
    assert re.fullmatch(r"gg_[\w-]{43}\n", token)
    ((kept, days),) = office.query(
        "select token_hash, round(extract(epoch from expires_at - now()) / 86400) from api_key"
    )
    assert (kept, days) == (token_hash(token.strip()), 7)
    assert office.query(
        "select role, area_id is not null, grid_id is not null, person_classes, department"
        " from role_grant order by id"
    ) == [
        ("analyst", True, False, ["service"], None),
        ("analyst", False, True, ["service"], None),
        ("screen", True, False, ["service"], None),
        ("screen", False, True, ["service"], None),
    ]
    listed = office.run("key", "list").splitlines()[1].split("\t")
    assert listed[1:4] == ["qgis", "command line", "active"]
    office.run("key", "revoke", listed[0])
    assert office.query("select revoked_at is not null from api_key") == [(True,)]
    actors = office.query("select action, actor from audit order by number")
    assert [action for action, _ in actors] == ["key.create", "key.revoke"]
    assert all(str(actor).startswith("cli:") for _, actor in actors)
    assert token.strip() not in str(office.query("select * from audit"))


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--role", "king"), "'king' is no role; the roles are system_administrator"),
        (("--role", "analyst", "--area", "999"), "there is no area '999'"),
        (("--role", "analyst", "--grid", "G9"), "there is no grid 'G9'"),
        (("--role", "analyst", "--person-class", "foe"), "'foe' is no person class"),
        (("--role", "auditor", "--role", "system_administrator"), "different people"),
    ],
)
def test_what_is_not_there_is_one_line(
    office: Office, arguments: tuple[str, ...], word: str
) -> None:
    assert word in office.refused("key", "create", "--name", "x", *arguments)
    assert office.query("select count(*) from api_key") == [(0,)]
    assert office.query("select count(*) from audit") == [(0,)]


def test_accounts_from_the_first_day_to_the_last(office: Office) -> None:
    office.run("account", "add", "qian", "--role", "security_administrator")
    password = office.run("account", "add", "王芳", "--role", "Supervisor", "--area", STREET)
    assert len(password.strip()) >= 10
    assert "Another account has this name" in office.refused("account", "add", "王芳")
    assert "2 to 64 characters" in office.refused("account", "add", "a b")
    office.run("role", "grant", "王芳", "--role", "analyst", "--until", "2099-12-31")
    assert "no day" in office.refused("role", "grant", "王芳", "--role", "analyst", "--until", "x")
    held = [line.split("\t") for line in office.run("account", "roles", "王芳").splitlines()]
    assert [row[1:3] + row[6:] for row in held[1:]] == [
        ["supervisor", STREET, ""],
        ["analyst", "everywhere", "2099-12-31"],
    ]
    office.run("role", "revoke", "王芳", held[2][0])
    assert "no role with the id" in office.refused("role", "revoke", "王芳", held[2][0])

    office.run("account", "disable", "王芳")
    listed = office.run("account", "list").splitlines()[1:]
    assert listed == ["qian\tactive\tno\tsecurity_administrator", "王芳\tdisabled\tno\tsupervisor"]
    office.run("account", "enable", "王芳")
    office.run("account", "unlock", "王芳")
    again = office.run("account", "reset-password", "王芳", "--second-factor")
    assert again.strip() not in {password.strip(), ""}
    assert "last who may grant" in office.refused("account", "disable", "qian")
    assert "no account 'nobody'" in office.refused("account", "unlock", "nobody")
    assert "no role" in office.refused("role", "grant", "王芳", "--role", "king")
    told = str(office.query("select * from audit"))
    assert password.strip() not in told
    assert again.strip() not in told


def test_a_reset_with_its_second_factor_is_done_as_a_whole_or_not_at_all(office: Office) -> None:
    office.run("account", "add", "wang")
    office.execute(
        "update account set totp_sealed = 'x', totp_confirmed = true, password_must_change = false"
    )
    office.execute("alter table account add constraint kept check (not password_must_change)")
    arguments = ("account", "reset-password", "wang", "--second-factor")
    assert gis_gov(*arguments, **office.settings).returncode != 0
    assert office.query("select totp_confirmed from account") == [(True,)]
    assert office.query("select action from audit") == [("account.create",)]
    office.execute("alter table account drop constraint kept")
    office.run(*arguments)
    assert office.query("select totp_confirmed from account") == [(False,)]


def test_an_account_is_linked_to_a_person_of_the_identity_provider(office: Office) -> None:
    for name in ("wang", "li"):
        office.run("account", "add", name)
    office.query(
        "insert into session (token_hash, account_id, ends_at) select sha256('s'), id,"
        " now() + interval '1 hour' from account where name = 'wang' returning id"
    )
    assert "no identity provider" in office.refused("account", "link", "wang", "--subject", "s1")
    issuer = ("--issuer", "https://id.test")
    office.run("account", "link", "wang", "--subject", "s1", *issuer)
    linked = "select oidc_issuer, oidc_subject from account where name = 'wang'"
    assert office.query(linked) == [("https://id.test", "s1")]
    assert office.query("select from session") == []
    said = office.refused("account", "link", "li", "--subject", "s1", *issuer)
    assert "Another account belongs to this person" in said
    assert "no account" in office.refused("account", "link", "zhao", "--subject", "s2", *issuer)
    office.run("account", "unlink", "wang")
    assert office.query(linked) == [(None, None)]
    assert office.query(
        "select action, object_code from audit where action like '%link' order by number"
    ) == [("account.link", "wang"), ("account.unlink", "wang")]


def test_the_roles_that_there_are(office: Office) -> None:
    listed = office.run("role", "list")
    assert "grid_worker\t网格员\t" in listed
    assert "security_administrator\t安全管理员\tgrant key.manage map.read" in listed


def test_up_makes_one_administrator_whose_password_is_for_one_time(
    start: Callable[..., Up], home: Path, port: int
) -> None:
    arguments = ("up", "--home", home, "--port", port, "--sample", "none")
    up = start(*arguments)
    name, password = up.wait_for(SIGN_IN).groups()
    address = up.address()
    with httpx.Client(base_url=address) as browser:
        answer = browser.post("/session", json={"name": name, "password": password})
        told = answer.json()
        assert "secure" not in answer.headers["set-cookie"].lower()
        assert told["must_change_password"]
        assert {role["role"] for role in told["roles"]} == {"security_administrator", "commander"}
        browser.headers["x-csrf-token"] = told["csrf_token"]
        assert browser.get("/locate?lon=113&lat=22").status_code == 403
        body = {"password": password, "new_password": "Lantern-Quay-47"}
        assert browser.put("/session/password", json=body).status_code == 200
        assert browser.get("/locate?lon=113&lat=22").status_code == 200
    key = gis_gov("key", "create", "--home", home, "--name", "x", "--role", "commander")
    shown = {"authorization": f"Bearer {key.stdout.strip()}"}
    assert httpx.get(f"{address}/locate?lon=113&lat=22", headers=shown).status_code == 200
    assert up.stop() == 0

    again = start(*arguments)
    again.address()
    again.stop()
    assert not any(SIGN_IN.search(line) for line in again.said)
    assert password not in "".join(again.said)
