"""The small district of the tile tests, in a database of the test's own."""

import pytest

from tests.tiles.district import World, write_world


@pytest.fixture
def world(own_database_url: str) -> World:
    return write_world(own_database_url)
