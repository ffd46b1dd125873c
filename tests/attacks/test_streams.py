"""By the live stream: what the neighbours have is told to nobody, however it is asked for."""

import asyncio
import base64
from typing import Any

import httpx
import pytest

from tests.attacks.streams import AROUND_VICTIM
from tests.live.conftest import WEST_POINT, Servers
from tests.live.listening import Listening, Message, listening
from tests.registry.conftest import EAST, WEST
from tests.sealed import SEALER

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("nothing_left")]

MOVE = "update event set geom = st_point(%s, %s, 4490) where code = %s"
CAMERA = """
    insert into resource (code, kind, class, name, geom)
    values (%s, 'camera', 'face', 'c', st_point(113.15, 22.05, 4490))
"""
ASKED: list[dict[str, str]] = [
    {},
    {"kinds": "event,person,address,house,enterprise,resource,worker"},
    {"within": WEST},
    {"within": f"{WEST}101"},
    {"within": "440199000000"},
    {"bbox": AROUND_VICTIM},
    {"within": WEST, "bbox": AROUND_VICTIM, "kinds": "event"},
]


def touch_victim(attacked: Servers) -> None:
    """Write of the victim's community whatever there is to write of it."""
    attacked.execute("update person set name = name where code = 'P3'")
    attacked.execute("update address set full_text = full_text where code = 'R2'")
    attacked.execute(
        "insert into house (id, code, kind, address_id) values (103, 'H3', 'dwelling', 3);"
        "delete from house where code = 'H3';"
        "insert into enterprise (code, name, address_id) values ('E3', '丙', 3);"
        "delete from enterprise where code = 'E3';"
        "insert into resource (code, kind, name, geom)"
        " values ('R3', 'poi', 'r', st_point(113.03, 22.03, 4490));"
        "delete from resource where code = 'R3';"
        "insert into worker (code, name, area_id) values ('W3', 'w', 3);"
        "delete from worker where code = 'W3'"
    )
    attacked.add_event("secret", WEST_POINT, title="机密")
    attacked.execute("update event set state = 'handling' where code = 'secret'")


def tells_of_victim(heard: Listening) -> list[Any]:
    """Return the messages that tell of anything in the west, or of where it is."""
    found: list[Any] = []
    for message in heard.messages:
        if message.name == "hello":
            continue
        box = message.data.get("bbox")
        is_open = message.data.get("kind") in {"area", "grid"}
        west = box is not None and box[0] < 113.1
        nowhere = message.name == "change" and box is None
        if message.data.get("code") == "secret" or (not is_open and (west or nowhere)):
            found.append(message)
    return found


async def fence(attacked: Servers, heard: Listening, params: dict[str, str]) -> None:
    """Wait until what was written before would have been heard."""
    code = f"own {params}"
    attacked.add_event(code)
    if params.get("within") not in AWAY and "bbox" not in params:
        await heard.until(lambda: code in [each.data.get("code") for each in heard.messages])
    await asyncio.sleep(0.5)


AWAY = {WEST, f"{WEST}101"}


@pytest.mark.parametrize("params", ASKED, ids=str)
async def test_of_another_community_nothing_is_heard(
    attacked: Servers,
    attacker: httpx.AsyncClient,
    seeing: httpx.AsyncClient,
    params: dict[str, str],
) -> None:
    async with listening(attacker, **params) as heard, listening(seeing, **params) as all_heard:
        touch_victim(attacked)
        await fence(attacked, heard, params)
        assert not tells_of_victim(heard)
        assert tells_of_victim(all_heard), "there was something to hear"
        attacked.execute("delete from event where code = 'secret'")
        await asyncio.sleep(0.3)
        assert not tells_of_victim(heard)


async def ids(seeing: httpx.AsyncClient) -> dict[str, str]:
    """Return the id from which on the victim's changes would be told, and absurd ones."""
    async with listening(seeing) as heard:
        before = heard.id
    cursor = f"{'0' * 12}-1:1:"
    return {
        "somebody else's": before,
        "shortened": before[:-4],
        "longer": before + "AAAA",
        "of one bit else": before[:-8] + ("A" if before[-8] != "A" else "B") + before[-7:],
        "of another day": "AAAA" + before[4:],
        "sealed otherwise": base64.urlsafe_b64encode(SEALER.seal(cursor, "live.cursor")).decode(),
        "in plain": cursor,
        "in plain, encoded": base64.urlsafe_b64encode(cursor.encode() * 20).decode(),
        "SQL": "'; select pg_sleep(60) --",
        "huge": "A" * 30_001,
        "of another alphabet": "٣" * 200,
        "a word": "latest",
    }


async def test_by_the_id_of_somebody_else_or_of_one_s_own_making(
    attacked: Servers, attacker: httpx.AsyncClient, seeing: httpx.AsyncClient
) -> None:
    found = await ids(seeing)
    touch_victim(attacked)
    attacked.add_event("own by id")
    # As it stands, somebody who may hears the victim by it.
    async with listening(seeing, after=found["somebody else's"]) as heard:
        await heard.message("event", code="secret")
    for what, after in found.items():
        async with listening(attacker, after=after) as heard:
            await asyncio.sleep(0.3)
            assert not tells_of_victim(heard), what
            told = [each.data.get("code") for each in heard.messages]
            if what == "somebody else's":
                assert "own by id" in told
            else:
                assert heard.names() in (["hello", "reset"], ["hello", "reset", "positions"]), what


async def test_an_id_does_not_tell_that_anything_was_written(
    attacked: Servers, attacker: httpx.AsyncClient
) -> None:
    async with listening(attacker) as heard:
        await heard.until(lambda: heard.comments >= 3)
        quiet = set(heard.ids)
        attacked.add_event("elsewhere", WEST_POINT)
        before = heard.comments
        await heard.until(lambda: heard.comments >= before + 3)
        busy = set(heard.ids) - quiet
    assert len(quiet) >= 4, "another one each time"
    assert {len(each) for each in quiet} == {len(each) for each in busy}


async def test_events_of_another_department(attacked: Servers) -> None:
    officer = attacked.client("department_officer", area=EAST, department="城管")
    async with officer as client, listening(client, kinds="event") as heard:
        attacked.add_event("police", department="公安")
        attacked.add_event("nobody's")
        attacked.add_event("own", department="城管")
        await heard.message("event", code="own")
        attacked.execute("update event set department = '公安' where code = 'own'")
        gone = await heard.message("event", code="own", gone=True)
        assert gone.data == {"code": "own", "gone": True}
        attacked.execute("update event set state = 'handling' where code in ('own', 'police')")
        attacked.add_event("own, too", department="城管")
        await heard.message("event", code="own, too")
        told = {each.data.get("code") for each in heard.messages}
        assert not told & {"police", "nobody's", "own"}


async def test_a_move_out_of_one_s_area_does_not_tell_where_to(
    attacked: Servers, attacker: httpx.AsyncClient
) -> None:
    attacked.add_event("mover")
    async with listening(attacker) as heard:
        attacked.execute(MOVE, *WEST_POINT, "mover")
        gone = await heard.message("event", code="mover", gone=True)
        assert gone.data == {"code": "mover", "gone": True}
        attacked.execute("update event set state = 'closed' where code = 'mover'")
        attacked.execute(
            "update address set geom = st_point(113.04, 22.04, 4490) where code = 'R2'"
        )
        await fence(attacked, heard, {})
        assert not tells_of_victim(heard)
        assert "mover" not in [each.data.get("code") for each in heard.messages]


def changes(heard: Listening) -> list[Message]:
    """What was told but for how the stream begins: nobody is anywhere yet."""
    told = [each for each in heard.messages if each.name != "hello"]
    return [each for each in told if each.data.get("positions") != []]


@pytest.mark.parametrize(
    ("roles", "limits", "statement", "kind"),
    [
        # Of persons, those of some classes.
        (
            ["grid_worker"],
            {"area": EAST, "classes": ["service"]},
            "update person set name = name where code = 'P1'",
            "person",
        ),
        # Of persons elsewhere.
        (["grid_worker"], {"area": WEST}, "update person set tags = tags where id < 3", "person"),
        (["grid_worker"], {"grid": f"{WEST}101"}, "update person set tags = tags", "person"),
        # Who reads no persons hears nothing of them, nor of houses.
        (["analyst"], {"area": EAST}, "update person set name = name", "person"),
        (["analyst"], {"area": EAST}, "update house set name = name", "house"),
        # Rooms are for those who may see rooms.
        (
            ["department_officer"],
            {"area": EAST},
            "update address set level = level where code = 'R1'",
            "address",
        ),
        (["screen"], {"area": EAST}, "update worker set name = name", "worker"),
        # Cameras that know faces tell where somebody was.
        (["supervisor"], {"area": EAST}, CAMERA % "'face'", "resource"),
        # What lies nowhere is for those who may see everything.
        (["commander"], {"area": EAST}, "update person set name = name where code = 'P4'", None),
        (["weather_officer"], {}, "update event set title = title", "event"),
    ],
)
async def test_what_one_may_not_read_is_not_told_either(
    attacked: Servers,
    seeing: httpx.AsyncClient,
    roles: list[str],
    limits: dict[str, Any],
    statement: str,
    kind: str | None,
) -> None:
    own = limits.get("grid") == f"{WEST}101"
    async with (
        attacked.client(*roles, **limits) as client,
        listening(client) as heard,
        listening(seeing) as all_heard,
    ):
        attacked.execute("insert into worker (code, name) values ('W9', 'w')")
        attacked.execute(statement)
        attacked.execute("delete from worker where code = 'W9'")
        await all_heard.until(lambda: changes(all_heard))
        await asyncio.sleep(0.7)
        told = changes(heard)
        boxes = [each.data["bbox"] for each in told if each.data.get("kind") == kind]
        assert boxes == ([[113.0, 22.0, 113.1, 22.1]] if own else []), told
        if kind is None:
            assert not told
    attacked.execute("delete from resource where code = 'face'")
