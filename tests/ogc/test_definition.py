"""What clients find in the definition of the API beside what the standards ask for."""

import pytest

from tests.signed_in import Client

pytestmark = pytest.mark.anyio


async def test_the_largest_page_is_told_where_clients_look(signed_in: Client) -> None:
    """QGIS and GDAL read the component of this name; without it QGIS asks for 100 at a time."""
    told = (await (await signed_in("commander")).get("/api")).json()
    (limit,) = (
        each
        for each in told["paths"]["/collections/{collection}/items"]["get"]["parameters"]
        if each["name"] == "limit"
    )
    component = told["components"]["parameters"]["limit"]
    assert component == {**limit, "schema": {**limit["schema"], "maximum": 1000}}
