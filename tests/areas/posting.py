"""Post many points, and read what comes back."""

import httpx

from tests.areas.trap_district import TRAPS

POINTS = [point for point, *_ in TRAPS.values()]
GRIDS = [grid for _, grid, _ in TRAPS.values()]


async def post(
    site: httpx.AsyncClient, content: bytes | str, media_type: str, query: str = ""
) -> httpx.Response:
    """Post a body to /locate."""
    return await site.post(f"/locate{query}", content=content, headers={"content-type": media_type})


def refused(answer: httpx.Response, status: int, slug: str) -> str:
    """Check that the answer is this problem, and return its detail."""
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (answer.status_code, body["type"]) == (status, f"urn:gis-gov:problem:{slug}"), body
    return body["detail"]
