"""SQL in every text that a route takes: in its path, its query and its body.

Whatever it says, it is a text that nothing has: the answer is that to any unknown text, or that it
is not valid; and neither the tables nor what others may see have changed after it.
"""

import json
import re
from urllib.parse import quote

import httpx
import pytest

from tests.accounts.people import Town
from tests.attacks.attacking import tells_of_victim
from tests.attacks.injecting import (
    BODIES,
    HARMLESS,
    OPERATIONS,
    PAYLOADS,
    ROWS,
    SIGNS,
    WRITTEN,
    Question,
    nobody_sees_more,
)
from tests.registry.conftest import EAST
from tests.signed_in import bearer, make_key

pytestmark = pytest.mark.anyio

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


async def ask(
    client: httpx.AsyncClient, question: Question, text: str, headers: dict[str, str]
) -> httpx.Response:
    path, query, body = question.request(text)
    return await client.request(question.method, path, params=query, json=body, headers=headers)


def without(text: str, answer: httpx.Response) -> str:
    """Return an answer without the text that was sent, in any spelling, and without its moment."""
    told = re.sub(r'"as_of":"[^"]+"', "", answer.text)
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
    before = town.execute(_STRUCTURE), town.execute(ROWS)
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
    assert (town.execute(_STRUCTURE), town.execute(ROWS)) == before
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
