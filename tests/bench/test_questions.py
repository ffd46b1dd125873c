"""What each asks differently differs, and bare SQL is asked for the same as our server."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import httpx
import mapbox_vector_tile
import psycopg
import pytest

from gis_gov.app import create_app
from gis_gov.bench.key import bench_key
from gis_gov.bench.pgbench import environment
from gis_gov.bench.questions import make_subjects, read_events, read_places
from gis_gov.bench.subject import Subject
from gis_gov.settings import Settings
from tests.signed_in import bearer, client_of

PERSONS = "heatmap: persons in 10 km x 10 km, each another box, made"
IN_BOXES = "heatmap: events in 10 km x 10 km, each another box, made"
EVENTS = "heatmap: events of 30 days, each another time, made"
BY_CLASS = "statistics: events by class, by street, made"
GRIDS = "statistics: six measures by grid, each another time, made"
NEVER_TWICE = "statistics: six measures by grid, each another time"
BY_HAND = "tile: grids, zoom 10 to 16, built, beside SQL by hand"
ASKED = (0, 77, 150)

Rows = Sequence[tuple[Any, ...]]


@pytest.fixture
def subjects(sample_url: str) -> dict[str, Subject]:
    with psycopg.connect(sample_url) as conn:
        subjects = make_subjects(read_places(conn), read_events(conn))
    return {each.name: each for each in subjects}


@pytest.fixture
async def ours(sample_url: str) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(Settings().with_database(sample_url))
    with bench_key(sample_url) as key:
        async with (
            app.router.lifespan_context(app),
            client_of(httpx.ASGITransport(app), bearer(key)) as opened,
        ):
            yield opened


@pytest.fixture
def events(sample_url: str) -> list[tuple[str, int]]:
    with psycopg.connect(sample_url) as conn:
        return read_events(conn)


def bare(url: str, subject: Subject, number: int) -> Rows:
    assert subject.query is not None
    with psycopg.connect(url, options=environment(url)["PGOPTIONS"]) as conn:
        return conn.execute(subject.query, subject.parameters[number]).fetchall()


def test_each_question_is_another_one(subjects: dict[str, Subject]) -> None:
    for name in (PERSONS, IN_BOXES, EVENTS, GRIDS):
        subject = subjects[name]
        assert len(subject.ours) == len(subject.parameters) >= 150
        assert len(set(subject.ours)) == len(subject.ours)
    assert len(set(subjects[NEVER_TWICE].ours)) >= 20_000
    assert subjects[NEVER_TWICE].once


def cells(answer: dict[str, Any]) -> dict[str, int]:
    counted: dict[str, int] = answer["cells"]
    return counted


def figures(answer: dict[str, Any]) -> dict[str, list[int]]:
    measures = ("persons", "houses", "enterprises", "events", "cameras")
    return {
        row["code"]: [row[measure] for measure in measures] for row in answer["rows"] if row["code"]
    }


@pytest.mark.parametrize(
    ("name", "told", "wanted"),
    [
        (PERSONS, cells, dict),
        (IN_BOXES, cells, dict),
        (EVENTS, cells, dict),
        (GRIDS, figures, lambda rows: {code: counts for code, _, _, *counts in rows}),
    ],
)
async def test_bare_sql_finds_what_our_server_tells(
    sample_url: str,
    subjects: dict[str, Subject],
    ours: httpx.AsyncClient,
    name: str,
    told: Callable[[dict[str, Any]], dict[str, Any]],
    wanted: Callable[[Rows], dict[str, Any]],
) -> None:
    subject = subjects[name]
    for number in ASKED:
        answer = await ours.get(subject.ours[number])
        assert answer.status_code == 200, answer.text
        found = wanted(bare(sample_url, subject, number))
        assert found
        answered = told(answer.json())
        if name == GRIDS:  # our server tells of grids of other layers, too
            answered = {code: counts for code, counts in answered.items() if code in found}
        assert answered == found


async def test_by_class_bare_sql_finds_what_our_server_tells(
    sample_url: str, subjects: dict[str, Subject], ours: httpx.AsyncClient
) -> None:
    subject = subjects[BY_CLASS]
    assert subject.query is not None
    with psycopg.connect(sample_url) as conn:
        found = conn.execute(subject.query).fetchall()
    answer = await ours.get(subject.ours[0])
    told = [(row["code"], row["class"], row["count"]) for row in answer.json()["rows"]]
    assert len(found) > 10
    assert sorted(told, key=str) == sorted(found, key=str)


async def test_what_is_around_an_event_is_asked_of_many(
    sample_url: str,
    subjects: dict[str, Subject],
    events: list[tuple[str, int]],
    ours: httpx.AsyncClient,
) -> None:
    (subject,) = (each for name, each in subjects.items() if "around an event" in name)
    assert len(set(subject.ours)) == len({code for code, _ in events}) == 200
    for number in ASKED:
        answer = await ours.get(subject.ours[number])
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert told["event"]["code"] == events[number][0]
        (by_hand,) = bare(sample_url, subject, number)
        assert around_event(told) == around_event_by_hand(by_hand)
        assert told["counts"]["camera"]
        assert told["counts"]["enterprise"]
        assert told["vulnerable_persons"]["count"]


def around_event(told: dict[str, Any]) -> dict[str, Any]:
    """Return what our server tells of an event, in terms that SQL by hand has, too."""
    answering, persons = told["responsible"], told["vulnerable_persons"]
    levels = ("community", "street", "district")
    return {
        "features": [
            (each["properties"]["kind"], each["properties"]["code"]) for each in told["features"]
        ],
        "rings": {
            (ring, kind): count
            for ring, each in enumerate(told["rings"], start=1)
            for kind, count in each["counts"].items()
            if count
        },
        "persons": [ring["count"] for ring in persons["rings"]],
        "grid": answering["grid"]["code"],
        "areas": {level: answering[level]["code"] for level in levels},
        "workers": sorted(each["code"] for each in answering["workers"]),
        "seen_by": sorted(each["properties"]["code"] for each in told["seen_by"]),
    }


def around_event_by_hand(row: tuple[Any, ...]) -> dict[str, Any]:
    _, _, _, grid, _, features, rings, persons, areas, workers, seen_by = row
    levels = ("community", "street", "district")
    return {
        "features": [(each["kind"], each["code"]) for each in features],
        "rings": {(ring, kind): count for ring, kind, count in rings},
        "persons": [(persons or {}).get(ring, 0) for ring in "123"],
        "grid": grid,
        "areas": {level: areas[level][0] for level in levels},
        "workers": sorted({code for code, _, _ in workers or []}),
        "seen_by": sorted(each["code"] for each in seen_by or []),
    }


async def test_a_heat_map_as_it_comes_counts_the_same_persons(
    subjects: dict[str, Subject], ours: httpx.AsyncClient
) -> None:
    (path,) = subjects["heatmap: all persons, as it comes (GeoJSON), made"].ours
    told = await ours.get(path)
    assert told.headers["content-type"] == "application/geo+json"
    counted = sum(each["properties"]["count"] for each in told.json()["features"])
    (kept,) = subjects["heatmap: all persons, resolution 8, kept"].ours
    assert counted == sum(cells((await ours.get(kept)).json()).values()) > 5000


async def test_a_question_about_one_place_is_about_the_same_in_each_form(
    subjects: dict[str, Subject],
) -> None:
    every = subjects["locate: the grid of a point"]
    asked = every.of_place(len(every.parameters) + 3)
    assert (asked.ours, asked.peer) == ([every.ours[3]], [every.peer[3]])
    assert asked.parameters == [every.parameters[3]]
    assert (asked.name, asked.query, asked.wants) == (every.name, every.query, every.wants)


def features(body: bytes) -> list[str]:
    return sorted(
        str((layer, each["id"], each["properties"]))
        for layer, told in mapbox_vector_tile.decode(body).items()
        for each in told["features"]
    )


@pytest.mark.parametrize("begins", ["tile: events,pois", "tile: grids, CGCS2000Quad"])
async def test_tiles_of_layers_and_sets_are_those_of_their_functions(
    sample_url: str, subjects: dict[str, Subject], ours: httpx.AsyncClient, begins: str
) -> None:
    (subject,) = (each for name, each in subjects.items() if name.startswith(begins))
    for number in range(7):
        answer = await ours.get(subject.ours[number])
        assert answer.status_code == 200, answer.text
        ((tile,),) = bare(sample_url, subject, number)
        assert features(answer.content) == features(bytes(tile)) != []


@pytest.mark.parametrize("layer", ["addresses", "persons"])
async def test_a_gathered_tile_by_hand_shows_the_same(
    sample_url: str, subjects: dict[str, Subject], ours: httpx.AsyncClient, layer: str
) -> None:
    """Hexagons with their counts up to zoom 15, single things beyond it."""
    subject = subjects[f"tile: {layer}, zoom 10 to 16, built, beside SQL by hand"]
    for number in range(14):  # each zoom twice
        answer = await ours.get(subject.ours[number])
        assert answer.status_code == 200, answer.text
        ((tile,),) = bare(sample_url, subject, number)
        assert features(answer.content) == features(bytes(tile)) != []


async def test_a_filter_picks_some_of_a_tile(
    subjects: dict[str, Subject], ours: httpx.AsyncClient
) -> None:
    (subject,) = (each for name, each in subjects.items() if "by a filter" in name)
    answers = [await ours.get(path) for path in subject.ours[:14]]
    assert {answer.status_code for answer in answers} <= {200, 204}
    states = {
        each["properties"]["state"]
        for answer in answers
        if answer.status_code == 200
        for each in mapbox_vector_tile.decode(answer.content)["events"]["features"]
        if "state" in each["properties"]
    }
    assert states == {"closed"}


async def test_a_tile_by_hand_shows_the_same_grids(
    sample_url: str, subjects: dict[str, Subject], ours: httpx.AsyncClient
) -> None:
    subject = subjects[BY_HAND]
    seen = 0
    for number in range(14):
        answer = await ours.get(subject.ours[number])
        ((tile,),) = bare(sample_url, subject, number)
        told, by_hand = (
            {
                each["id"]: each["properties"]
                for each in mapbox_vector_tile.decode(body).get("grids", {"features": []})[
                    "features"
                ]
            }
            for body in (answer.content, bytes(tile))
        )
        assert told.keys() & by_hand.keys()
        assert all(told[each] == by_hand[each] for each in told.keys() & by_hand.keys())
        seen += len(by_hand)
    assert seen > 14
