"""What attacks by filters have in common: what is asked, and what is masked for whom."""

import httpx

from tests.attacks.attacking import (
    OWN_POINT,
    VICTIM_POINT,
    codes,
)

ITEMS = "/collections/persons/items"
LON, LAT = VICTIM_POINT
OWN_LON, OWN_LAT = OWN_POINT
PEOPLE = "select md5(string_agg(p::text, '' order by p.id)) from person as p"


async def found(client: httpx.AsyncClient, text: str, **more: str) -> list[str]:
    return codes(await client.get(ITEMS, params={"filter": text, **more}))


MASKED = {
    "name": "name = '欧阳修远'",
    "birth_date": "birth_date = DATE('1949-12-31')",
    "person_class": "person_class = 'control'",
    "tags": "A_CONTAINS(tags, ('涉毒'))",
}
