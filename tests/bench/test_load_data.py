"""The files that the loader is measured with are sound."""

from pathlib import Path

import numpy as np
import pandas as pd
import psycopg
from stdnum.cn import ric

from gis_gov.bench import load_data
from gis_gov.bench.load_data import write_addresses, write_mesh, write_persons
from gis_gov.geo.gcj02 import gcj02_to_wgs84


def test_addresses_lie_in_the_district_once_gcj02_is_taken_off(tmp_path: Path) -> None:
    write_addresses(tmp_path / "a.csv", 1000, np.random.default_rng(1))
    found = pd.read_csv(tmp_path / "a.csv")
    assert len(found) == found["code"].nunique() == found["full_text"].nunique() == 1000
    lon, lat = gcj02_to_wgs84(found["lon"].to_numpy(), found["lat"].to_numpy())
    assert ((lon > load_data.WEST) & (lon < load_data.EAST)).all()
    assert ((lat > load_data.SOUTH) & (lat < load_data.NORTH)).all()
    assert found[["lon", "lat"]].drop_duplicates().shape[0] == 84


def test_id_numbers_are_distinct_right_and_nobodys(tmp_path: Path) -> None:
    write_persons(tmp_path / "p.csv", 60_000, 100, np.random.default_rng(1))
    found = pd.read_csv(tmp_path / "p.csv", dtype=str)
    numbers = found["id_number"]
    assert numbers.nunique() == len(numbers) == 60_000
    for number in numbers.iloc[::997]:
        assert ric.calc_check_digit(number) == number[-1]
        ric.get_birth_date(number)
    assert numbers.str.startswith("99").all()  # no province has this number
    assert found["address_code"].str.fullmatch(r"A\d\d?").all()


def test_many_persons_have_distinct_numbers() -> None:
    numbers = np.arange(0, 3_000_000, 61)
    made = load_data._id_numbers(numbers).to_numpy(zero_copy_only=False)
    assert len(np.unique(made)) == len(numbers)


def test_the_mesh_tiles_the_district(database_url: str) -> None:
    with psycopg.connect(database_url) as conn:
        write_mesh(conn)
        row = conn.execute("""
            select count(*), count(distinct area_id), sum(area_m2),
                st_area(st_setsrid(st_extent(geom), 4490)::geography) from grid
        """).fetchone()
        conn.rollback()
    assert row is not None
    grids, communities, grids_m2, district_m2 = row
    assert (grids, communities) == (2025, 275)
    assert abs(grids_m2 / district_m2 - 1) < 1e-6
