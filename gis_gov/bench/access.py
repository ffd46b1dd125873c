"""What access costs: the same queries as the owner, to whom no policy applies, and under them."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Final, LiteralString

from psycopg import AsyncConnection
from psycopg.sql import Composed

from gis_gov.access.actor import Actor
from gis_gov.access.grants import Grant
from gis_gov.bench.contenders import SqlContender
from gis_gov.bench.measure import Speed, compare
from gis_gov.db.pool import APP_ROLE
from gis_gov.db.run import rows_of, sql_file, tuples
from gis_gov.db.scope import bind
from gis_gov.geo.tile import tile_at
from gis_gov.resources.queries import nearby_parameters
from gis_gov.resources.schemas import KINDS
from gis_gov.tiles.queries import tile_query

OWNER, DISTRICT, STREET = "owner", "district", "street"
"""No policy; a right that holds everywhere; a right in the largest street."""

_TILES: Final = (("addresses", 15), ("houses", 15), ("persons", 15), ("events", 14), ("grids", 14))
_EDGES_M: Final = (500.0, 1000.0, 2000.0)


@dataclass(frozen=True, slots=True)
class Question:
    """One query, asked about many places."""

    name: str
    query: LiteralString | Composed
    parameters: Sequence[Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Cost:
    """How fast each of OWNER, DISTRICT and STREET was answered."""

    question: str
    speeds: dict[str, Speed]

    def ratio(self, other: str) -> float:
        """Return the median time of an answer as `other`, by that as the owner."""
        owner, fenced = self.speeds[OWNER], self.speeds[other]
        return fenced.percentile_ms(0.5) / owner.percentile_ms(0.5)

    def as_json(self) -> dict[str, Any]:
        """Return the figures as a JSON object."""
        return {
            "question": self.question,
            "p50_ms": {
                name: round(speed.percentile_ms(0.5), 3) for name, speed in self.speeds.items()
            },
            "ratios": {name: round(self.ratio(name), 3) for name in (DISTRICT, STREET)},
        }


async def measure_access(
    url: str,
    places: Sequence[tuple[float, float]],
    seconds: float,
    progress: Callable[[str, float | None], None],
) -> list[Cost]:
    """Ask each question in turns as the owner and as two actors, one at a time."""
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(await AsyncConnection.connect(url, autocommit=True))
        street = await _largest_street(first)
        actors = {
            DISTRICT: Actor("bench", (Grant("commander"),)),
            STREET: Actor("bench", (street,)),
        }
        costs: list[Cost] = []
        questions = make_questions(places, await _starts(first, len(places)))
        for number, question in enumerate(questions):
            progress(question.name, number / len(questions))
            contenders = {OWNER: await _contender(url, question, None)}
            for name, actor in actors.items():
                contenders[name] = await _contender(url, question, actor)
            costs.append(Cost(question.name, await compare(contenders, 1, seconds)))
            for contender in contenders.values():
                await contender.close()
    return costs


def make_questions(
    places: Sequence[tuple[float, float]], starts: Mapping[str, Sequence[str]]
) -> list[Question]:
    """Make the questions about the places; `starts` are codes after which a page begins."""
    everywhere = Actor("bench", (Grant("commander"),))
    nearby = Question(
        "nearby: 2 km, counts, nearest 50",
        sql_file("gis_gov.resources", "nearby"),
        [nearby_parameters(everywhere, *place, _EDGES_M, KINDS, 50) for place in places],
    )
    tiles = [
        Question(
            f"tile: {layer}, zoom {zoom}",
            tile_query([layer]),
            [
                {"z": zoom, "x": tile.x, "y": tile.y}
                for tile in (tile_at(lon, lat, zoom) for lon, lat in places)
            ],
        )
        for layer, zoom in _TILES
    ]
    lists = [
        Question(
            f"list: {kind}, 100 by code",
            sql_file(__package__, f"list_{kind}"),
            [{"after": code} for code in codes],
        )
        for kind, codes in starts.items()
    ]
    return [nearby, *tiles, *lists]


async def _contender(url: str, question: Question, actor: Actor | None) -> SqlContender:
    contender = await SqlContender.open(url, question.query, question.parameters, 1)
    if actor is not None:
        for conn in contender.connections:
            await conn.execute("select set_config('role', %s, false)", [APP_ROLE])
            await bind(conn, actor.scope)
    return contender


async def _starts(conn: AsyncConnection[Any], places: int) -> dict[str, list[str]]:
    starts: dict[str, list[str]] = {}
    for kind, code in await tuples(conn, sql_file(__package__, "list_starts"), {"places": places}):
        starts.setdefault(kind, []).append(code)
    return starts


async def _largest_street(conn: AsyncConnection[Any]) -> Grant:
    """Return a commander's grant in the street with the most addresses."""
    rows = await rows_of(conn, _Street, sql_file(__package__, "largest_street"))
    if not rows:
        return Grant("commander", path="/0/")
    return Grant("commander", path=rows[0].path, areas=frozenset(rows[0].areas))


@dataclass(frozen=True, slots=True)
class _Street:
    path: str
    areas: list[int]
