"""SQL in every text that a route takes: in its path, its query and its body.

Whatever it says, it is a text that nothing has: the answer is that to any unknown text, or that it
is not valid; and neither the tables nor what others may see have changed after it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.accounts.people import PASSWORD, Town
from tests.attacks.attacking import VICTIM, VICTIM_POINT, WHY, tells_of_victim
from tests.contracts.openapi_document import made
from tests.contracts.requests import REQUESTS
from tests.registry.conftest import EAST
from tests.signed_in import bearer, make_key

pytestmark = pytest.mark.anyio

HARMLESS = "nothing-has-this-text"
PAYLOADS = (
    "' or '1'='1",
    "' or 1=1 --",
    "') or ('1'='1",
    "x' union select code, name, null from person --",
    "'; select set_config('gis_gov.reach_person', '{\"all\":true}', false); --",
    "'; reset role; select set_config('role', 'none', false); --",
    "'; drop table person cascade; --",
    "'; update person set area_id = 2; --",
    "P3'/**/or/**/'a'='a",
    "P3' -- ",
    "'||(select name from person limit 1)||'",
    "$$; delete from audit; $$",
    "%(code)s",
    "%s%%",
    "\\'; select 1; --",
    "{{7*7}}${7*7}",
    '"; select 1; --',
    "＇ or ＇1＇=＇1",
    "P%",
    "P_",
    "1; select pg_sleep(0)",
)
# What says that a part of a text was taken for SQL.
SIGNS = ("syntax error", "psycopg", "relation ", "postgres", "sqlstate", "internal-error")

_STRUCTURE = """
    select json_agg(t order by t::text) from (
        select c.relname, c.relacl::text, c.relrowsecurity, c.relforcerowsecurity,
            (select count(*) from pg_attribute as a where a.attrelid = c.oid) as columns,
            (select count(*) from pg_policy as p where p.polrelid = c.oid) as policies
        from pg_class as c where c.relnamespace = 'public'::regnamespace
        union all
        select p.proname, p.proacl::text, p.prosecdef, p.proleakproof, 0, 0
        from pg_proc as p where p.pronamespace = 'public'::regnamespace
        union all
        select r.rolname, null, r.rolsuper, r.rolbypassrls, 0, 0 from pg_roles as r
        where r.rolname in ('gis_gov_app', session_user)
    ) as t
"""
_ROWS = """
    select md5(string_agg(t, '' order by t)) from (
        select p::text as t from person as p
        union all select a::text from area as a
        union all select concat_ws(' ', h.code, h.area_id, h.grid_id, h.address_id) from house as h
        union all select concat_ws(' ', d.code, d.full_text, d.area_id, d.grid_id) from address as d
        union all select g::text from role_grant as g where g.account_id is null
    ) as rows
"""


@dataclass(frozen=True)
class Question:
    """A request with one place in it for a text."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    place: tuple[str, ...]

    def request(self, text: str) -> tuple[str, dict[str, str], Any]:
        """Return the URL, the query and the body with a text in the place."""
        where, *names = self.place
        if where == "path":
            return self.path.replace("{}", quote(text, safe="")), self.query, self.body
        if where == "query":
            return self.path, {**self.query, names[0]: text}, self.body
        return self.path, self.query, _with(self.body, names, text)


def _with(body: Any, names: list[str], text: str) -> Any:
    if not names:
        return text
    copy = json.loads(json.dumps(body))
    copy[int(names[0]) if isinstance(copy, list) else names[0]] = _with(
        body[int(names[0]) if isinstance(body, list) else names[0]], names[1:], text
    )
    return copy


def is_text(parameter: dict[str, Any]) -> bool:
    """Say whether a parameter takes any text; numbers and choices are tried by schemathesis."""
    schema = parameter["schema"]
    return any(
        each.get("type") == "string" and "enum" not in each and "const" not in each
        for each in schema.get("anyOf", [schema])
    )


BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/persons/search"): {"phone": "1", "id_number": "1"},
    ("POST", "/persons/{code}/reveal"): {"fields": ["phone"], "reason": WHY},
    ("POST", "/session"): {"name": "wang", "password": "x", "totp": "000000"},
    ("POST", "/accounts"): {"name": "newcomer", "display_name": "x"},
    ("PATCH", "/accounts/{name}"): {"change": "unlock"},
    ("POST", "/accounts/{name}/roles"): {
        "role": "analyst",
        "area": EAST,
        "grid": "g",
        "department": "d",
        "person_classes": ["rely"],
        "valid_from": "2026-01-01",
    },
    ("POST", "/keys"): {"name": "k", "roles": [{"role": "commander", "area": EAST}]},
    ("PUT", "/session/password"): {"password": "x", "new_password": "Harbour-Wind-58"},
    ("POST", "/session/totp"): {"password": "x"},
    ("PUT", "/session/totp"): {"code": "000000"},
    ("POST", "/session/totp/removal"): {"password": "x"},
    ("POST", "/locate"): {"points": [[113.15, 22.05]]},
    ("POST", "/nearby"): {
        "geometry": {"type": "Point", "coordinates": [113.15, 22.05]},
        "kinds": ["camera", "enterprise"],
        "classes": ["dome"],
        "risk_classes": ["high"],
    },
    ("POST", "/affected"): {
        "geometry": {
            "type": "Polygon",
            "coordinates": [[[113.1, 22], [113.2, 22], [113.2, 22.1], [113.1, 22]]],
        }
    },
    ("POST", "/statistics/polygon"): {
        "type": "Polygon",
        "coordinates": [[[113.1, 22], [113.2, 22], [113.2, 22.1], [113.1, 22]]],
    },
    # It would lie in the west: it is written, looked at, and taken back.
    ("POST", "/collections/{collection}/items"): {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": list(VICTIM_POINT)},
        "properties": {"code": "c", "name": "n", "owner": "o", "class": "k"},
    },
    ("PUT", "/collections/{collection}/items/{code}"): {
        "type": "Feature",
        "geometry": None,
        "properties": {"name": "n", "category": "c", "phone": "1"},
    },
    ("PATCH", "/collections/{collection}/items/{code}"): {
        "properties": {"category": "c", "address_code": "B1", "uscc": "u"}
    },
}
WRITTEN = {
    ("POST", "/collections/{collection}/items"): {"collection": "pois"},
    ("PUT", "/collections/{collection}/items/{code}"): {"collection": "enterprises", "code": "E1"},
    ("PATCH", "/collections/{collection}/items/{code}"): {
        "collection": "enterprises",
        "code": "E1",
    },
    ("DELETE", "/collections/{collection}/items/{code}"): {"collection": "houses", "code": "H1"},
}
PATH_VALUES = {
    "code": VICTIM,
    "name": "wang",
    "id": "1",
    "layers": "grids",
    "collection": "persons",
}


def leaves(body: Any, *above: str) -> Iterator[tuple[str, ...]]:
    """Name the place of each text in a body."""
    match body:
        case dict():
            for name, inner in body.items():
                yield from leaves(inner, *above, name)
        case list():
            for number, inner in enumerate(body):
                yield from leaves(inner, *above, str(number))
        case str():
            yield above


def questions(key: tuple[str, str], operation: dict[str, Any]) -> Iterator[Question]:
    """Name every place of an operation that takes a text."""
    asked = REQUESTS[key]
    query = {name: str(value) for name, value in asked.query.items()}
    values = {**asked.path, **PATH_VALUES, **WRITTEN.get(key, {})}
    plain = Question(key[0], key[1].format(**values), query, BODIES.get(key), ())
    for parameter in filter(is_text, operation.get("parameters", [])):
        name, where = parameter["name"], parameter["in"]
        if where == "path":
            holed = key[1].format(**{**values, name: "{}"})
            yield replace(plain, path=holed, place=("path",))
        else:
            yield replace(plain, place=("query", name))
    for place in leaves(plain.body):
        yield replace(plain, place=("body", *place))


OPERATIONS = {
    key: asked
    for path, methods in json.loads(made())["paths"].items()
    for verb, operation in methods.items()
    if (asked := list(questions(key := (verb.upper(), path), operation)))
}


async def ask(
    client: httpx.AsyncClient, question: Question, text: str, headers: dict[str, str]
) -> httpx.Response:
    path, query, body = question.request(text)
    return await client.request(question.method, path, params=query, json=body, headers=headers)


def without(text: str, answer: httpx.Response) -> str:
    """Return an answer without the text that was sent, in whatever spelling it comes back."""
    told = answer.text
    for spelled in (
        json.dumps(text, ensure_ascii=False)[1:-1],
        repr(text)[1:-1],
        text,
        quote(text),
    ):
        told = told.replace(spelled, "?")
    return told


async def test_every_body_with_texts_is_tried(town: Town) -> None:
    document = town.app.openapi()
    with_body = {
        (verb.upper(), path)
        for path, methods in document["paths"].items()
        for verb, operation in methods.items()
        if "requestBody" in operation
    }
    assert with_body == set(BODIES)
    assert sum(map(len, OPERATIONS.values())) > 45


@pytest.mark.parametrize("operation", OPERATIONS, ids=" ".join)
async def test_sql_is_a_text_that_nothing_has(town: Town, operation: tuple[str, str]) -> None:
    town.account("wang")
    if operation[1].startswith(("/accounts", "/keys", "/session")):
        headers = bearer(make_key(town.url, "system_administrator", "security_administrator"))
    else:
        roles = ("supervisor", "auditor", *(("editor",) if operation in WRITTEN else ()))
        headers = bearer(make_key(town.url, *roles, area=EAST))
    client = town.browser().client
    before = town.execute(_STRUCTURE), town.execute(_ROWS)
    for question in OPERATIONS[operation]:
        harmless = await ask(client, question, HARMLESS, headers)
        for payload in PAYLOADS:
            answer = await ask(client, question, payload, headers)
            where = (payload, question.path, question.place)
            assert answer.status_code < 500, where
            if answer.status_code not in {400, 401, 404, 409}:
                assert answer.status_code == harmless.status_code, where
            assert not any(sign in answer.text.lower() for sign in SIGNS), where
            assert question.path == "/audit" or not tells_of_victim(answer), where
            if question.method == "GET" and answer.status_code == harmless.status_code == 200:
                if question.path == "/audit":  # which has just written of the text
                    only_that(question.place[1], payload, answer)
                elif question.place == ("query", "after"):  # which others may lie after, too
                    assert all(code > payload for code in codes(answer)), where
                else:
                    assert without(payload, answer) == without(HARMLESS, harmless), where
    assert (town.execute(_STRUCTURE), town.execute(_ROWS)) == before
    await nobody_sees_more(town)


def codes(answer: httpx.Response) -> list[str]:
    """Return the codes of features, or the names of accounts, on a page."""
    page = answer.json()
    return (
        [each["id"] for each in page["features"]]
        if "features" in page
        else [each["name"] for each in page["accounts"]]
    )


def only_that(name: str, text: str, answer: httpx.Response) -> None:
    """Check that a filter of the audit left in what has exactly the text."""
    assert {entry[name] for entry in answer.json()["entries"]} <= {text}


async def nobody_sees_more(town: Town) -> None:
    """Ask on each connection of the pool, by whom who may see nobody, and who may see the east."""
    town.execute("update account set failures = 0, locked_until = null")  # wrong passwords, all
    outsider = town.machine(make_key(town.url, "analyst"))
    insider = town.machine(make_key(town.url, "supervisor", area=EAST))
    for _ in range(4):
        assert (await outsider.get("/persons")).status_code == 403
        assert [f["id"] for f in (await insider.get("/persons")).json()["features"]] == ["P1", "P2"]
    assert (await town.browser().sign_in("wang", PASSWORD)).status_code == 200


async def test_the_text_is_in_the_audit_as_it_was(town: Town) -> None:
    client = town.machine(make_key(town.url, "supervisor", area=EAST))
    payloads = [payload for payload in PAYLOADS if "/" not in payload]
    for payload in payloads:
        assert (await client.get(f"/persons/{quote(payload, safe='')}")).status_code == 404
    told = town.execute(
        "select object_code from audit where action = 'person.read' and number > %s"
        " order by number",
        town.audited_before,
    )
    assert [code for (code,) in told] == payloads
