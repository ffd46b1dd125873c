"""Samples that the tests look at: the small one, and a middling one of two counties in columns."""

import pytest

from gis_gov.sample import DEFAULT_SEED, FIGURES, SampleSize
from gis_gov.sample.world import World, make_world
from tests.sample.made import MIDDLING, Sample, make_sample


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    folder = tmp_path_factory.mktemp("small")
    return make_sample(folder, SampleSize.SMALL, FIGURES[SampleSize.SMALL])


@pytest.fixture(scope="session")
def middling(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return make_sample(tmp_path_factory.mktemp("middling"), SampleSize.DISTRICT, MIDDLING)


@pytest.fixture(scope="session", params=["small", "middling"])
def sample(request: pytest.FixtureRequest) -> Sample:
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def small_world() -> World:
    return make_world(FIGURES[SampleSize.SMALL], DEFAULT_SEED)


@pytest.fixture(scope="session")
def middling_world() -> World:
    return make_world(MIDDLING, DEFAULT_SEED)


@pytest.fixture(scope="session", params=["small_world", "middling_world"])
def world(request: pytest.FixtureRequest) -> World:
    return request.getfixturevalue(request.param)
