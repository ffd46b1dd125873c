"""What is asked about counts: heat maps and statistics, by all the same and by each another."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from gis_gov.bench.subject import Subject
from gis_gov.bench.wanted import Want
from gis_gov.days import end_of, start_of
from gis_gov.db.run import sql_file
from gis_gov.geo.tile import tile_at

RESOLUTION: Final = 8
# Thirty days that the invented districts have events of.
FIRST_DAY, LAST_DAY = date(2025, 6, 1), date(2025, 6, 30)
OTHER_TIMES: Final = 200
"""So many spans of thirty days are asked for where each asks for another one."""
STEP: Final = timedelta(minutes=10)
EVER_OTHER_TIMES: Final = 20_000
"""So many where none may be asked for twice, as answers are kept."""
HALF_BOX_DEG: Final = 0.05
DENSITY_ZOOM: Final = 13
_SIDES: Final = ("west", "south", "east", "north")
_PERSONS: Final = f"/heatmap?layer=persons&resolution={RESOLUTION}&f=json"
_EVENTS: Final = f"/heatmap?layer=events&resolution={RESOLUTION}&f=json"
_SIX_MEASURES: Final = (
    "/statistics?level=grid&measures=persons,houses,enterprises,events,cameras,households"
)
_BY_CLASS: Final = "/statistics/categories?measure=events&by=class&level=street"


def heat_maps(places: Sequence[tuple[float, float]]) -> list[Subject]:
    """Make the questions about heat maps."""
    return [
        Subject(
            f"heatmap: all persons, resolution {RESOLUTION}, made",
            ours=[_PERSONS],
            query=sql_file(__package__, "heatmap"),
            parameters=[{"resolution": RESOLUTION}],
            anew=True,
            wants=[Want("p95", 100)],
        ),
        Subject(f"heatmap: all persons, resolution {RESOLUTION}, kept", ours=[_PERSONS]),
        Subject(
            "heatmap: all persons, as it comes (GeoJSON), made",
            ours=["/heatmap?layer=persons"],
            anew=True,
            wants=[Want("p95", 100)],
        ),
        _in_boxes("persons", _PERSONS, "heatmap_box", places),
        _in_boxes("events", _EVENTS, "heatmap_events_box", places),
        Subject(
            f"heatmap: events of 30 days, resolution {RESOLUTION}, made",
            ours=[f"{_EVENTS}&datetime={FIRST_DAY}/{LAST_DAY}"],
            query=sql_file(__package__, "heatmap_events"),
            parameters=[{"resolution": RESOLUTION, **_seconds(*_thirty_days())}],
            anew=True,
            wants=[Want("p95", 300)],
        ),
        Subject(
            "heatmap: events of 30 days, each another time, made",
            ours=[f"{_EVENTS}&datetime={_written(*each)}" for each in _other_times()],
            query=sql_file(__package__, "heatmap_events"),
            parameters=[{"resolution": RESOLUTION, **_seconds(*each)} for each in _other_times()],
            anew=True,
            wants=[Want("p95", 300)],
        ),
        Subject(
            f"heatmap: density of persons, tile at zoom {DENSITY_ZOOM}",
            ours=[
                f"/heatmap/density/{tile.z}/{tile.x}/{tile.y}.png?layer=persons&maximum_km2=20000"
                for tile in (tile_at(lon, lat, DENSITY_ZOOM) for lon, lat in places)
            ],
        ),
    ]


def statistics() -> list[Subject]:
    """Make the questions about statistics."""
    return [
        Subject(
            "statistics: persons, events by street, made",
            ours=["/statistics?level=street&measures=persons,events"],
            query=sql_file(__package__, "statistics"),
            anew=True,
        ),
        Subject(
            "statistics: six measures by grid, made",
            ours=[_SIX_MEASURES],
            query=sql_file(__package__, "statistics_by_grid"),
            anew=True,
            wants=[Want("p95", 300)],
        ),
        Subject(
            "statistics: six measures by grid, each another time, made",
            ours=[f"{_SIX_MEASURES}&datetime={_written(*each)}" for each in _other_times()],
            query=sql_file(__package__, "statistics_of_time"),
            parameters=[_seconds(*each) for each in _other_times()],
            anew=True,
            wants=[Want("p95", 300)],
        ),
        Subject(
            "statistics: six measures by grid, each another time",
            ours=[
                f"{_SIX_MEASURES}&datetime={_written(*each)}"
                for each in _other_times(EVER_OTHER_TIMES, timedelta(seconds=1))
            ],
            once=True,
            wants=[Want("p95", 300)],
        ),
        Subject("statistics: six measures by grid, kept", ours=[_SIX_MEASURES]),
        Subject(
            "statistics: events by class, by street, made",
            ours=[_BY_CLASS],
            query=sql_file(__package__, "statistics_by_class"),
            anew=True,
        ),
        Subject("statistics: events by class, by street, kept", ours=[_BY_CLASS]),
    ]


def _in_boxes(
    layer: str, question: str, by_hand: str, places: Sequence[tuple[float, float]]
) -> Subject:
    sides = [
        {name: round(value, 7) for name, value in zip(_SIDES, _around(place, number), strict=True)}
        for number, place in enumerate(places)
    ]
    return Subject(
        f"heatmap: {layer} in 10 km x 10 km, each another box, made",
        ours=[f"{question}&bbox={','.join(map(str, each.values()))}" for each in sides],
        query=sql_file(__package__, by_hand),
        parameters=[{"resolution": RESOLUTION, **each} for each in sides],
        anew=True,
    )


def _around(place: tuple[float, float], number: int) -> tuple[float, float, float, float]:
    """Give a box around a place; another one for each number, though they are of one building."""
    (lon, lat), half = place, HALF_BOX_DEG + number / 1_000_000
    return lon - half, lat - half, lon + half, lat + half


def _thirty_days() -> tuple[datetime, datetime]:
    return start_of(FIRST_DAY), end_of(LAST_DAY)


def _other_times(
    many: int = OTHER_TIMES, step: timedelta = STEP
) -> list[tuple[datetime, datetime]]:
    """Give spans of thirty days, each begun a little later than the one before."""
    since, until = _thirty_days()
    return [(since + number * step, until + number * step) for number in range(many)]


def _written(since: datetime, until: datetime) -> str:
    """Write a span as a request has it; both ends belong to it there."""
    last = until - timedelta(seconds=1)
    return "/".join(f"{each.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for each in (since, last))


def _seconds(since: datetime, until: datetime) -> Mapping[str, int]:
    return {"since": int(since.timestamp()), "until": int(until.timestamp())}
