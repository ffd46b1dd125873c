"""Addresses, houses, people and firms: they refer to each other and look alike to real ones."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gis_gov.sample.households import DORMITORY_SIZE
from gis_gov.sample.land import HOUSING
from gis_gov.sample.plots import corners
from gis_gov.sample.rhythms import AS_OF
from gis_gov.sample.world import World
from tests.sample.made import Sample

ASCENDING = ["11", "12", "13", "22", "23", "31", "33", "41", "43", "50", "61", "62"]


@pytest.fixture
def addresses(sample: Sample) -> pd.DataFrame:
    return sample.table("addresses").set_index("code", drop=False)


def test_everything_refers_to_what_there_is(sample: Sample, addresses: pd.DataFrame) -> None:
    buildings, dwellings = sample.shapes("buildings"), sample.table("dwellings")
    people, firms = sample.table("persons"), sample.table("enterprises")
    assert dwellings.parent_code.isin(buildings.code).all()
    assert people.house_code.isin(dwellings.code).all()
    for table in (buildings, dwellings, people, firms):
        assert table.address_code.isin(addresses.code).all()
    placed = sample.table("resources").address_code.dropna()
    assert len(placed)
    assert placed.isin(addresses.code).all()
    home = people.merge(dwellings, left_on="house_code", right_on="code")
    assert (home.address_code_x == home.address_code_y).all()


def test_elements_ascend_and_spell_out_the_full_text(addresses: pd.DataFrame) -> None:
    assert addresses.full_text.is_unique
    some = addresses.sample(1500, random_state=2)
    for text, full_text, level in zip(some.elements, some.full_text, some.level, strict=True):
        elements = json.loads(text)
        assert "".join(element["name"] for element in elements) == full_text
        kinds = [element["type"] for element in elements]
        assert [ASCENDING.index(kind) for kind in kinds] == sorted(map(ASCENDING.index, kinds))
        assert len(set(kinds)) == len(kinds)
        assert kinds[:3] == ["11", "12", "13"]
        assert int(kinds[-1]) == level


def test_addresses_lie_in_the_grid_of_their_community(
    sample: Sample, addresses: pd.DataFrame
) -> None:
    grids = sample.shapes("grids")
    base = grids[grids.layer == "base"]
    points = np.asarray(shapely.points(addresses.lon, addresses.lat))
    point, grid = shapely.STRtree(base.geometry.to_numpy()).query(points, predicate="covered_by")
    assert np.array_equal(np.sort(point), np.arange(len(points)))
    community = base.area_code.to_numpy()[grid]
    assert (community == addresses.code.str[:12].to_numpy()[point]).all()


def test_doors_are_odd_on_one_side_and_even_on_the_other(world: World) -> None:
    doors, blocks = world.doors, world.blocks
    below = (blocks.side[doors.block][:, 2:] == doors.line[:, None]).any(axis=1)
    assert np.array_equal(doors.number % 2 == 1, below)
    key = np.column_stack([doors.line, doors.number])
    assert len(np.unique(key, axis=0)) == len(doors)
    vertical = world.lines.axis[doors.line] == 0
    along = np.where(vertical, doors.plan[:, 1], doors.plan[:, 0])
    order = np.lexsort((doors.number, doors.number % 2, doors.line))
    one_row = (np.diff(doors.line[order]) == 0) & (np.diff(doors.number[order] % 2) == 0)
    assert (np.diff(along[order])[one_row] >= -3).mean() > 0.98


def test_footprints_stand_clear_inside_their_block(world: World) -> None:
    b = world.buildings
    footprint = np.asarray(shapely.polygons(corners(b.plots)))
    block = world.mesh.plane_polygon[b.plots.block]
    assert shapely.contains_properly(block, footprint).all()
    assert shapely.distance(shapely.boundary(block), footprint).min() >= 2.9
    one, other = shapely.STRtree(footprint).query(footprint, predicate="intersects")
    assert np.array_equal(one, other)


def test_footprints_lie_in_one_grid(sample: Sample) -> None:
    grids, buildings = sample.shapes("grids"), sample.shapes("buildings")
    base = grids[grids.layer == "base"]
    inside = gpd.sjoin(buildings, base[["area_code", "geometry"]], predicate="within")
    assert len(inside) == len(buildings)
    assert (inside.code.str[:12] == inside.area_code).all()


def test_buildings_have_floors_and_dwellings_to_match(sample: Sample) -> None:
    buildings = sample.shapes("buildings").set_index("code")
    dwellings = sample.table("dwellings")
    floor = dwellings.code.str[-4:-2].astype(int)
    highest = floor.groupby(dwellings.parent_code).max()
    assert (highest == buildings.floors[highest.index]).all()
    assert buildings.floors.between(1, 40).all()
    assert (buildings.height_m / buildings.floors).between(2.9, 7.1).all()
    assert set(dwellings.kind) == {"dwelling"}
    assert set(buildings.kind) == {"building"}
    assert len(dwellings) == sample.figures.dwellings


def test_people_are_as_many_and_as_old_as_believable(sample: Sample) -> None:
    people = sample.table("persons")
    assert len(people) == sample.figures.persons
    born = pd.to_datetime(people.birth_date)
    age = (pd.Timestamp(AS_OF) - born).dt.days / 365.25
    assert age.min() >= 0
    assert age.max() < 105
    assert 32 < age.mean() < 42
    assert 0.12 < (age < 15).mean() < 0.22
    assert 0.10 < (age >= 60).mean() < 0.24
    assert 0.46 < (people.sex == "male").mean() < 0.55
    pyramid = np.histogram(age, np.arange(0, 105, 5))[0] / len(age)
    assert pyramid.max() < 0.17
    assert (pyramid[:16] > 0.01).all()
    by_day = born.value_counts()
    assert by_day.iloc[0] < 20 + len(people) / 3000
    assert people.person_class.value_counts(normalize=True)["other"] > 0.85
    assert set(people.person_class) == {"other", "service", "control", "rely"}
    elders = people.tags.str.contains("老年人", na=False)
    assert (age[elders] >= 59.9).all()
    assert people.phone[age < 11.9].isna().all()


def test_households_are_families(sample: Sample) -> None:
    people = sample.table("persons")
    dwellings = sample.table("dwellings").set_index("code")
    size = people.groupby("house_code").size()
    dormitory = (dwellings.usage[size.index] == "宿舍").to_numpy()
    assert size[~dormitory].max() <= 10
    assert size[dormitory].mean() == pytest.approx(DORMITORY_SIZE, abs=0.9)
    homes = size.sum() / len(size)
    assert homes == pytest.approx(sample.figures.household_size, rel=0.03)
    surname = people.name.str[0]
    shared = surname.groupby(people.house_code).nunique() < size
    assert shared[(size >= 4).to_numpy() & ~dormitory].mean() > 0.6
    waiting = dwellings.usage.isin(["待入住", "空置"])
    assert not people.house_code.isin(dwellings.index[waiting]).any()


def test_grids_count_their_registered_households_and_people(sample: Sample) -> None:
    grids = sample.shapes("grids")
    base = grids[grids.layer == "base"].reset_index(drop=True)
    buildings = sample.shapes("buildings")
    middle = shapely.centroid(buildings.geometry.to_numpy())
    building, grid = shapely.STRtree(base.geometry.to_numpy()).query(middle, predicate="within")
    grid_of = pd.Series(grid, index=buildings.code.to_numpy()[building])
    dwellings = sample.table("dwellings")
    registered = dwellings.parent_code[dwellings.usage != "空置"]
    people = sample.table("persons").house_code.str[:17]
    for buildings_of, expected in ((registered, base.households), (people, base.population)):
        counted = grid_of[buildings_of].value_counts().reindex(base.index, fill_value=0)
        assert (counted == expected).all()


def test_firms_sit_where_their_trade_is_at_home(sample: Sample) -> None:
    firms = sample.table("enterprises")
    assert len(firms) == sample.figures.enterprises
    usage = sample.shapes("buildings").set_index("code").usage[firms.address_code].to_numpy()
    assert (usage[(firms.category == "制造业").to_numpy()] == "工业").all()
    assert firms.category.nunique() >= 10
    risk = firms.risk_class.value_counts(normalize=True)
    assert risk["低风险"] > risk["重大风险"]
    assert firms.name.str.len().between(5, 24).all()


def test_most_blocks_are_lived_in(world: World) -> None:
    use = world.land.use[~world.blocks.water]
    assert 0.5 < (use < HOUSING).mean() < 0.8
    assert len(np.unique(use)) >= 11
