"""How much of what each sample holds, and what the invented places are called."""

from dataclasses import dataclass
from enum import StrEnum

DEFAULT_SEED = 20250101


class SampleSize(StrEnum):
    """The sizes of a sample."""

    SMALL = "small"
    DISTRICT = "district"
    CITY = "city"


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of a sample; `dataclasses.replace` makes other ones.

    `households` is the range within which each base grid's households lie, in registered
    households; `persons` live in a part of them when the dwellings are not all lived in yet.
    """

    city_code: str
    city_name: str
    counties: dict[str, str]
    """Two digits of each county-level area, and its name."""
    foreign_city: int
    """First of the cities (six for each county, two digits each) from which people moved in."""
    centre_lon: float
    centre_lat: float
    area_km2: float
    streets: int
    towns: int
    """How many of the streets are towns (镇); the rest are 街道."""
    communities: int
    grids: int
    households: tuple[int, int]
    dwellings: int
    persons: int
    household_size: float
    """Mean persons of a household that lives in its dwelling."""
    enterprises: int
    cameras: int
    pois: int
    city_centre: bool
    """Whether the city itself has a centre in the sample."""
    district_centres: bool
    workers: int
    events: int
    overdue: int
    """Open events past their time limit at the end of the sample's year."""
    patrol_workers: int
    patrol_hours: float
    settlements: tuple[float, float, float, float]
    """Shares of grids, densest first: towers, slabs, old town, villages."""
    unnumbered_rooms: float
    """Share of houses of old towns and villages, and of dormitories, whose rooms have no address
    of their own: their people have the building's."""
    columnar: bool
    """Whether the large files are written as (Geo)Parquet instead of text."""

    blocks_per_grid: float = 8.0
    fix_interval_s: int = 30


FIGURES: dict[SampleSize, Figures] = {
    SampleSize.SMALL: Figures(
        city_code="9901",
        city_name="云津市",
        counties={"01": "澄屿区"},
        foreign_city=30,
        centre_lon=123.30,
        centre_lat=29.86,
        area_km2=2.1,
        streets=1,
        towns=0,
        communities=3,
        grids=20,
        households=(302, 332),
        dwellings=6_500,
        persons=6_000,
        household_size=2.8,
        enterprises=120,
        cameras=129,
        pois=320,
        city_centre=False,
        district_centres=False,
        workers=23,
        events=2_000,
        overdue=3,
        patrol_workers=3,
        patrol_hours=4.5,
        settlements=(0.10, 0.30, 0.25, 0.35),
        unnumbered_rooms=1.0,
        columnar=False,
    ),
    SampleSize.DISTRICT: Figures(
        city_code="9901",
        city_name="云津市",
        counties={"02": "沧湾区"},
        foreign_city=36,
        centre_lon=123.30,
        centre_lat=29.60,
        area_km2=530,
        streets=16,
        towns=5,
        communities=275,
        grids=2_019,
        households=(305, 496),
        dwellings=1_000_000,
        persons=3_000_000,
        household_size=3.55,
        enterprises=29_400,
        cameras=13_000,
        pois=46_708,
        city_centre=False,
        district_centres=True,
        workers=2_343,
        events=1_000_000,
        overdue=231,
        patrol_workers=2_343,
        patrol_hours=2,
        settlements=(0.24, 0.34, 0.18, 0.24),
        unnumbered_rooms=0.2,
        columnar=True,
    ),
    SampleSize.CITY: Figures(
        city_code="9902",
        city_name="沧澜市",
        counties={
            "01": "岚汀区",
            "02": "霁浦区",
            "03": "漪洲区",
            "04": "棠屿区",
            "21": "澍溪县",
            "22": "沅渚县",
            "81": "汐城市",
            "82": "珑港市",
            "83": "漱川市",
        },
        foreign_city=42,
        centre_lon=123.55,
        centre_lat=29.00,
        area_km2=3_000,
        streets=121,
        towns=84,
        communities=1_954,
        grids=9_108,
        households=(302, 420),
        dwellings=3_500_000,
        persons=5_000_000,
        household_size=2.7,
        enterprises=70_000,
        cameras=40_000,
        pois=150_000,
        city_centre=True,
        district_centres=True,
        workers=9_900,
        events=600_000,
        overdue=460,
        patrol_workers=2_400,
        patrol_hours=2,
        settlements=(0.09, 0.21, 0.16, 0.54),
        unnumbered_rooms=0.6,
        columnar=True,
    ),
}
