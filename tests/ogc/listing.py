"""Lists of items, as the tests of the collections read them."""

import httpx

from tests.attacks.attacking import codes


async def ids(client: httpx.AsyncClient, collection: str, **asked: str) -> list[str]:
    names = {name.replace("_crs", "-crs"): value for name, value in asked.items()}
    return codes(await client.get(f"/collections/{collection}/items", params=names))
