"""Here `client` asks the server on a random tiling."""

import httpx
import pytest


@pytest.fixture(scope="session")
def client(world_client: httpx.AsyncClient) -> httpx.AsyncClient:
    return world_client
