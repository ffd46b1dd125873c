"""What row policies cost: the same queries of the same actors, without policies and under them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, LiteralString

from psycopg import AsyncConnection
from psycopg.sql import Composed
from sqlalchemy import Select

from gis_gov.access.actor import Actor
from gis_gov.access.cover import Cover
from gis_gov.access.filters import extent_parameters
from gis_gov.access.grants import Grant
from gis_gov.access.permissions import Permission
from gis_gov.bench.contenders import SqlContender
from gis_gov.bench.measure import Speed, alternate
from gis_gov.bench.questions import PLACES
from gis_gov.db.plans import KEEP
from gis_gov.db.pool import APP_ROLE
from gis_gov.db.run import compiled, dicts, sql_file, tuples
from gis_gov.db.scope import bind
from gis_gov.geo.tile import tile_at
from gis_gov.patrols.service import StandingLimits
from gis_gov.registry.conditions import listed_in
from gis_gov.registry.queries import houses_page, persons_page
from gis_gov.resources.queries import nearby_parameters
from gis_gov.resources.schemas import KINDS
from gis_gov.resources.staff import Staff
from gis_gov.tiles.queries import tile_parameters, tile_query

EVERYWHERE, STREET = "everywhere", "street"
"""A right that holds everywhere; a right in the largest street."""

_OPEN, _FENCED = "open", "fenced"
_TILES: Final = (("addresses", 15), ("houses", 15), ("persons", 15), ("events", 14), ("grids", 14))
_ROWS: Final = 100
_EDGES_M: Final = (500.0, 1000.0, 2000.0)
_ANYBODY: Final = Staff(StandingLimits(600, 300), on_shift=False, max_age_s=None)


@dataclass(frozen=True, slots=True)
class Question:
    """One query of an actor, about many places; with one plan for all where the server has one."""

    query: LiteralString | Composed
    parameters: Sequence[Mapping[str, object]]
    one_plan: bool = False


@dataclass(frozen=True, slots=True)
class Cost:
    """How fast an actor was answered without policies, and under them."""

    open: Speed
    fenced: Speed

    @property
    def times_ms(self) -> tuple[float, float]:
        """Return the median times of an answer, without policies first."""
        return self.open.percentile_ms(0.5), self.fenced.percentile_ms(0.5)

    @property
    def ratio(self) -> float:
        """Return the median time of an answer under policies, by that without."""
        without, under = self.times_ms
        return under / without


@dataclass(frozen=True, slots=True)
class Costs:
    """What a question costs EVERYWHERE and in a STREET."""

    question: str
    by_actor: dict[str, Cost]

    def as_json(self) -> dict[str, Any]:
        """Return the figures as a JSON object."""
        return {
            "question": self.question,
            "p50_ms": {
                name: dict(zip((_OPEN, _FENCED), map(_rounded, cost.times_ms), strict=True))
                for name, cost in self.by_actor.items()
            },
            "ratios": {name: _rounded(cost.ratio) for name, cost in self.by_actor.items()},
        }


async def measure_access(
    url: str, seconds: float, progress: Callable[[str, float | None], None]
) -> list[Costs]:
    """Ask each actor's questions without policies and under them, one after the other.

    The questions are about what lies in the actor's reach.
    """
    async with await AsyncConnection.connect(url, autocommit=True) as conn:
        actors = {
            EVERYWHERE: Actor("bench", (Grant("commander"),)),
            STREET: Actor("bench", (await _largest_street(conn),)),
        }
        asked = {name: await _questions(conn, actor) for name, actor in actors.items()}
    costs: list[Costs] = []
    for number, question in enumerate(asked[EVERYWHERE]):
        progress(question, number / len(asked[EVERYWHERE]))
        by_actor = {
            name: await _measure(url, asked[name][question], actor, seconds)
            for name, actor in actors.items()
        }
        costs.append(Costs(question, by_actor))
    return costs


def questions_of(
    actor: Actor, places: Sequence[tuple[float, float]], starts: Mapping[str, Sequence[str]]
) -> dict[str, Question]:
    """Make the questions about the places; `starts` are codes after which a page begins."""
    nearby = Question(
        sql_file("gis_gov.resources", "nearby"),
        [nearby_parameters(actor, *place, _EDGES_M, KINDS, 50, _ANYBODY) for place in places],
    )
    tiles = {
        f"tile: {layer}, zoom {zoom}": Question(
            tile_query([layer]),
            [tile_parameters(tile) for tile in (tile_at(lon, lat, zoom) for lon, lat in places)],
        )
        for layer, zoom in _TILES
    }
    persons, houses = (
        listed_in(actor, right, None) for right in (Permission.PERSON_READ, Permission.HOUSE_READ)
    )
    lists = {
        "list: persons, 100 by code": _pages(
            [
                persons_page(actor, [], limit=_ROWS, after=(code,), cover=persons)
                for code in starts["persons"]
            ],
            persons,
        ),
        "list: houses, 100 by code": _pages(
            [
                houses_page(actor, [], limit=_ROWS, after=code, cover=houses)
                for code in starts["houses"]
            ],
            houses,
        ),
    }
    return {"nearby: 2 km, counts, nearest 50": nearby, **tiles, **lists}


def _pages(queries: Sequence[Select[Any]], cover: Cover | None) -> Question:
    made = [compiled(query) for query in queries]
    by_place = cover is not None and cover.serves(_ROWS)
    return Question(made[0][0], [parameters for _, parameters in made], one_plan=by_place)


async def _measure(url: str, question: Question, actor: Actor, seconds: float) -> Cost:
    contenders = {
        name: await _contender(url, question, actor, fenced=name == _FENCED)
        for name in (_OPEN, _FENCED)
    }
    speeds = await alternate(contenders, seconds)
    for contender in contenders.values():
        await contender.close()
    return Cost(speeds[_OPEN], speeds[_FENCED])


async def _contender(url: str, question: Question, actor: Actor, *, fenced: bool) -> SqlContender:
    """Connect as the owner, whom no policy binds, or under the application's role.

    What a query itself asks of the reach is the actor's for both.
    """
    contender = await SqlContender.open(url, question.query, question.parameters, 1)
    for conn in contender.connections:
        if fenced:
            await conn.execute("select set_config('role', %s, false)", [APP_ROLE])
        await bind(conn, actor.scope)
        if question.one_plan:
            await conn.execute(KEEP)
    return contender


def _rounded(figure: float) -> float:
    return round(figure, 3)


async def _questions(conn: AsyncConnection[Any], actor: Actor) -> dict[str, Question]:
    extent = extent_parameters(actor.reach(Permission.PERSON_READ).any)
    asked = {"places": PLACES, **extent}
    places = await tuples(conn, sql_file(__package__, "places"), asked)
    starts: dict[str, list[str]] = {}
    for kind, code in await tuples(conn, sql_file(__package__, "list_starts"), asked):
        starts.setdefault(kind, []).append(code)
    return questions_of(actor, [(lon, lat) for lon, lat in places], starts)


async def _largest_street(conn: AsyncConnection[Any]) -> Grant:
    """Return a commander's grant in the street with the most persons."""
    rows = await dicts(conn, sql_file(__package__, "fullest_street"))
    if not rows:
        return Grant("commander", path="/0/")
    return Grant("commander", path=rows[0]["path"], areas=frozenset(rows[0]["areas"]))
