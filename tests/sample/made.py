"""Samples as the tests make and read them."""

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import pandas as pd

from gis_gov.sample import DEFAULT_SEED, FIGURES, Figures, Manifest, SampleSize, generate

_TEXT = (
    "code",
    "name",
    "parent_code",
    "address_code",
    "house_code",
    "worker_code",
    "class_code",
    "area_code",
    "grid_codes",
    "phone",
    "gb28181_id",
    "external_code",
    "id_number",
    "uscc",
)
MIDDLING = replace(
    FIGURES[SampleSize.DISTRICT],
    counties={"03": "沧湾区", "21": "霁屿县"},
    area_km2=34,
    streets=5,
    towns=2,
    communities=18,
    grids=130,
    dwellings=64_000,
    persons=190_000,
    enterprises=1_500,
    cameras=850,
    pois=2_600,
    city_centre=True,
    workers=151,
    events=60_000,
    overdue=46,
    patrol_workers=60,
    patrol_hours=1,
)


class Sample(NamedTuple):
    """A generated sample and its tables, read as anyone would read the files."""

    folder: Path
    manifest: Manifest
    figures: Figures

    def table(self, name: str) -> pd.DataFrame:
        """Read a table without shapes, or with points as lon and lat."""
        file = self.folder / f"{name}.parquet"
        if not file.exists():
            return pd.read_csv(
                self.folder / f"{name}.csv", dtype=dict.fromkeys(_TEXT, "str"), low_memory=False
            )
        columns = pd.read_parquet(file)
        if "geometry" in columns:
            points = gpd.read_parquet(file)
            columns = pd.DataFrame(points.drop(columns="geometry"))
            columns["lon"], columns["lat"] = points.geometry.x, points.geometry.y
        return columns

    def shapes(self, name: str) -> gpd.GeoDataFrame:
        """Read a table with polygons."""
        file = self.folder / f"{name}.parquet"
        if file.exists():
            return gpd.read_parquet(file)
        return gpd.read_file(self.folder / f"{name}.geojson")


def make_sample(
    folder: Path, size: SampleSize, figures: Figures, seed: int = DEFAULT_SEED
) -> Sample:
    """Generate a sample into a folder."""
    return Sample(folder, generate(size, seed, folder, figures=figures), figures)
