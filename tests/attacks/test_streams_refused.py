"""The live stream of who has no right to it, or none any more; and it is on record who listens."""

from typing import LiteralString

import httpx
import psycopg
import pytest
from psycopg import errors

from gis_gov.access.permissions import Permission
from gis_gov.db.scope import KINDS
from tests.attacks.streams import AROUND_VICTIM, refused
from tests.live.conftest import EAST_POINT, WEST_POINT, Servers
from tests.live.listening import client_at, listening
from tests.live.people import sign_in
from tests.registry.conftest import WEST
from tests.signed_in import bearer, make_key

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("nothing_left")]

EXPIRE = """
    update api_key set created_at = now() - interval '2 d', expires_at = now() - interval '1 d'
    where id = %s
"""
END_SESSION = """
    update session set ends_at = now()
    where account_id = (select id from account where name = %s)
"""
WRITES: list[LiteralString] = [
    "insert into change (kind) values ('event')",
    "update change set area_id = 1",
    "delete from change",
    "truncate change",
    "delete from change_horizon",
]


@pytest.mark.parametrize("kind", ["person", "worker", "event", "house"])
async def test_a_kind_without_the_right(attacked: Servers, audited_before: int, kind: str) -> None:
    async with attacked.client("weather_officer") as client:
        answer = await client.get("/live", params={"kinds": f"grid,{kind}"})
    assert answer.status_code == 403
    assert refused(attacked, audited_before) == [("GET /live", "not-allowed")]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ("update api_key set revoked_at = now() where id = %s", 401),
        (EXPIRE, 401),
        ("delete from role_grant where key_id = %s", 403),
    ],
)
async def test_a_key_that_holds_no_more(
    attacked: Servers, audited_before: int, change: str, status: int
) -> None:
    key = make_key(attacked.url, "commander")
    ((number,),) = attacked.execute("select max(id) from api_key")
    async with client_at(attacked.addresses[0], key) as client:
        async with listening(client) as heard:
            attacked.execute(change, number)
            attacked.add_event(f"after {change}", WEST_POINT)
            await heard.end(within_s=2)
            assert "event" not in heard.names()
        answer = await client.get("/live", headers={"last-event-id": heard.id})
        assert answer.status_code == status
    reasons = [reason for _, reason in refused(attacked, audited_before)]
    assert reasons[0] == "rights-ended"
    # What nobody known is refused is counted by the minute, and may be to another's entry.
    assert status == 401 or reasons[1:] == ["not-allowed"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ("update account set disabled_at = now() where name = %s", 401),
        (END_SESSION, 401),
        ("update account set password_set_at = now() - interval '91 d' where name = %s", 403),
    ],
)
async def test_an_account_that_may_no_more(
    attacked: Servers, request: pytest.FixtureRequest, change: str, status: int
) -> None:
    who = sign_in(attacked, f"mallory{len(request.node.name)}", "commander")
    async with who.client as client:
        async with listening(client) as heard:
            attacked.execute(change, who.name)
            attacked.add_event(f"after {who.name}", WEST_POINT)
            await heard.end(within_s=2)
            assert "event" not in heard.names()
        assert (await client.get("/live")).status_code == status


async def test_a_locked_account_gets_no_stream(attacked: Servers) -> None:
    attacked.execute(
        "insert into account (name, password_hash, password_set_at, failures, locked_until)"
        " values ('locked', 'x', now(), 5, now() + interval '15 min')"
    )
    async with httpx.AsyncClient(base_url=attacked.addresses[0], timeout=20) as client:
        answer = await client.post("/session", json={"name": "locked", "password": "Quay-Lan-47"})
        assert answer.status_code == 401
        assert (await client.get("/live")).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {},
        bearer("gg_made-up"),
        {"cookie": "gis_gov_session=made-up"},
        {"authorization": "Basic YWRtaW46YWRtaW4="},
    ],
)
async def test_nobody_gets_a_stream(attacked: Servers, headers: dict[str, str]) -> None:
    async with httpx.AsyncClient(base_url=attacked.addresses[0]) as client:
        assert (await client.get("/live", headers=headers)).status_code == 401
        assert (await client.head("/live", headers=headers)).status_code == 401


@pytest.mark.parametrize(
    "params",
    [
        {"within": "' or true --"},
        {"within": "%"},
        {"kinds": "event'; select 1"},
        {"kinds": "change"},
        {"kinds": "audit"},
        {"kinds": "account"},
        {"bbox": "0,0,1,1);drop table change"},
    ],
    ids=str,
)
async def test_sql_and_other_tables(attacker: httpx.AsyncClient, params: dict[str, str]) -> None:
    answer = await attacker.get("/live", params=params)
    assert answer.status_code in (400, 404)


async def test_who_listens_is_on_record(
    attacked: Servers, attacker: httpx.AsyncClient, audited_before: int
) -> None:
    params = {"within": WEST, "kinds": "event,person", "bbox": AROUND_VICTIM}
    async with listening(attacker, **params):
        pass
    assert attacked.execute(
        "select result, detail from audit where action = 'live.open' and number > %s",
        audited_before,
    ) == [
        (
            "ok",
            {
                "kinds": ["event", "person"],
                "within": WEST,
                "bbox": [113.02, 22.02, 113.04, 22.04],
            },
        )
    ]


async def test_the_log_is_closed_to_whoever_asks_the_database(attacked: Servers) -> None:
    """Under the server's own role, with all rights that anybody can have."""
    attacked.add_event("logged", EAST_POINT)
    attacked.execute("update change set made_at = made_at - interval '1 d'")
    await attacked.read_all()
    attacked.execute("select prune_changes(1)")
    attacked.add_event("logged, too", EAST_POINT)
    with psycopg.connect(attacked.url, autocommit=True) as connection:
        connection.execute("set role gis_gov_app")
        for kind in set(KINDS) - {"change"}:
            connection.execute(
                "select set_config(%s, %s, false)", [f"gis_gov.reach_{kind}", '{"all": true}']
            )
        assert connection.execute("select from event").rowcount > 0
        assert connection.execute("select from change").rowcount == 0
        assert connection.execute("select from change_horizon").rowcount == 0
        for statement in WRITES:
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(statement)
        connection.execute("select prune_changes(0)")
        connection.execute("reset role")
        assert connection.execute("select from change").rowcount > 0
    assert "change" not in {right.partition(".")[0] for right in Permission}
