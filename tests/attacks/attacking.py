"""What attacks have in common: the victim, the attacker, and what the audit has of them."""

from typing import Any

import httpx

from tests.accounts.people import Town
from tests.registry.conftest import EAST, WEST
from tests.signed_in import make_key

VICTIM, VICTIM_NAME = "P3", "王五"
VICTIM_ID_NUMBER, VICTIM_PHONE = "440524188001010014", "13912345678"
OWN_POINT, VICTIM_POINT = (113.1512345, 22.0554321), (113.03, 22.03)
OWN_GRID, VICTIM_GRID = f"{EAST}101", f"{WEST}101"
WHY = "核查流动人口登记"


def attacker(town: Town) -> httpx.AsyncClient:
    """Make a client that may see all of the east, and nothing else."""
    return town.machine(make_key(town.url, "supervisor", area=EAST))


def commander(town: Town) -> httpx.AsyncClient:
    """Make a client that may see all there is, to show that an attack was for something."""
    return town.machine(make_key(town.url, "commander"))


def recorded(town: Town, action: str) -> list[tuple[str, str | None, str | None, Any]]:
    """Return result, object, reason and detail of this test's entries of an action."""
    return [
        (result, code, reason, detail)
        for result, code, reason, detail in town.execute(
            "select result, object_code, reason, detail from audit"
            " where action = %s and number > %s order by number",
            action,
            town.audited_before,
        )
    ]


def refusals(town: Town) -> list[tuple[str, str, str | None]]:
    """Return actor, action and reason of each refusal of this test."""
    return [
        (actor, action, reason)
        for actor, action, reason in town.execute(
            "select actor, action, reason from audit"
            " where result = 'refused' and number > %s order by number",
            town.audited_before,
        )
    ]


def codes(answer: httpx.Response) -> list[str]:
    """Return the codes of the persons of a list."""
    assert answer.status_code == 200, answer.text
    return [feature["id"] for feature in answer.json()["features"]]


def tells_of_victim(answer: httpx.Response) -> bool:
    """Say whether an answer holds anything of the victim."""
    signs = (VICTIM_NAME, VICTIM_ID_NUMBER, VICTIM_PHONE, '"P3"', "P3,", "西路9号", "王*")
    return any(sign in answer.text for sign in signs)
