"""Codes of areas and grids: how they are built, ordered, and that no real one is like them."""

import csv
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from gis_gov.sample.areas import reading_order
from gis_gov.sample.codes import grid_code
from tests.sample.made import Sample


@pytest.fixture
def areas(sample: Sample) -> gpd.GeoDataFrame:
    return sample.shapes("areas").set_index("code", drop=False)


def test_codes_nest_digit_by_digit(areas: gpd.GeoDataFrame) -> None:
    assert areas.code.str.fullmatch(r"99\d{10}").all()
    digits = {"province": 2, "city": 4, "district": 6, "street": 9, "community": 12}
    order = list(digits)
    rows = zip(areas.code, areas.level, areas.parent_code, strict=True)
    for code, level, parent in rows:
        assert code[digits[level] :].strip("0") == ""
        if level == "province":
            assert pd.isna(parent)
            continue
        above = str(areas.level[parent])
        assert code[: digits[above]] == parent[: digits[above]]
        assert order.index(level) == order.index(above) + 1


def test_kinds_of_places_have_their_range_of_codes(areas: gpd.GeoDataFrame) -> None:
    streets, communities = areas[areas.level == "street"], areas[areas.level == "community"]
    for code, name in zip(streets.code, streets.name, strict=True):
        assert (100 <= int(code[6:9]) <= 199) == name.endswith("镇")
    for code, name in zip(communities.code, communities.name, strict=True):
        assert (200 <= int(code[9:12]) <= 399) == name.endswith("村")
    names = communities.groupby(communities.code.str[:6]).name
    assert (names.nunique() == names.size()).all()


def test_grids_are_numbered_from_north_to_south_and_west_to_east(sample: Sample) -> None:
    grids = sample.shapes("grids")
    for layer, siblings in _siblings(grids):
        assert siblings.code.str[-3:].astype(int).tolist() == list(range(1, len(siblings) + 1))
        kind = {"base": "5", "exclusive": "2", "second": "6", "micro": "7"}[layer]
        assert (siblings.code.str[12] == kind).all()
        assert (siblings.code.str[:12] == siblings.area_code).all()
    base = grids[grids.layer == "base"].to_crs(4550).sort_values("code")
    first, last = (base.groupby("area_code").nth(at).geometry.centroid for at in (0, -1))
    rightness = first.reset_index(drop=True).y - last.reset_index(drop=True).y
    assert (rightness > 0).mean() > 0.9


def _siblings(grids: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    groups = grids.sort_values("code").groupby(["area_code", "layer"])
    return [(str(part.layer.iloc[0]), part) for _, part in groups]


def test_reading_order_goes_row_by_row() -> None:
    points = np.array([[x, y] for y in (3.1, 2.0, 0.9) for x in (0.0, 1.1, 2.0)])
    shuffled = np.random.default_rng(1).permutation(9)
    assert shuffled[reading_order(points[shuffled])].tolist() == list(range(9))


def test_a_grid_beyond_999_is_refused() -> None:
    assert grid_code("990101001001", "base", 999) == "9901010010015999"
    with pytest.raises(ValueError, match="1000"):
        grid_code("990101001001", "base", 1000)


def test_no_real_area_has_such_a_code_or_street_name(
    areas: gpd.GeoDataFrame, shared_data: Path
) -> None:
    folder = shared_data / "cn-admin-codes-2023"
    real: dict[str, set[str]] = {}
    for level in ("provinces", "cities", "areas", "streets"):
        with (folder / f"{level}.csv").open(encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
        real[level] = {row["name"] for row in rows}
        assert not any(row["code"].startswith("99") for row in rows)
    assert not set(areas[areas.level == "street"].name) & real["streets"]
    assert not set(areas[areas.level == "district"].name) & real["areas"]
    assert not set(areas[areas.level == "city"].name) & real["cities"]
    assert not set(areas[areas.level == "province"].name) & real["provinces"]
