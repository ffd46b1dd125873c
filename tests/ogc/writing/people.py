"""A person to write, and what the database has of him."""

from typing import Any

import httpx

from tests.ogc.writing.conftest import Site

PERSONS = "/collections/persons/items"


def with_check_character(first17: str) -> str:
    """Complete the number of a citizen (GB 11643)."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(first17, weights, strict=True))
    return first17 + "10X98765432"[total % 11]


OTHER = with_check_character("44010219850615002")  # a woman, born on 1985-06-15
THIRD = with_check_character("44010219900307001")  # a man, born on 1990-03-07


def person(**properties: Any) -> dict[str, Any]:
    """Write a person as a feature."""
    return {"type": "Feature", "geometry": None, "properties": properties}


def row(site: Site, code: str) -> dict[str, Any]:
    """Return a person as the database has him, or nothing."""
    found = site.execute("select to_jsonb(p) from person as p where code = %s", code)
    return found[0][0] if found else {}


def everybody(site: Site) -> list[Any]:
    """Return all persons as the database has them."""
    return site.execute("select to_jsonb(p) from person as p order by id")


async def made(client: httpx.AsyncClient, **properties: Any) -> httpx.Response:
    """Post a person, at home in the east unless they are told to live elsewhere."""
    answer = await client.post(PERSONS, json=person(**{"address_code": "B1", **properties}))
    assert answer.status_code == 201, answer.text
    return answer
