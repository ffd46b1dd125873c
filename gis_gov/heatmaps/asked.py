"""What a request for a heat map asks for, in whatever form it is answered."""

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final, Literal

from fastapi import Depends, Query, Request
from psycopg import AsyncConnection
from starlette.responses import Response

from gis_gov.access.entry import Entry
from gis_gov.access.purpose import PurposeNeeded, StatedPurpose
from gis_gov.api import PRIVATE, REVALIDATE, Interval
from gis_gov.counting import fences
from gis_gov.counting.answers import Answer, asked_of
from gis_gov.counting.asking import Asker, Asking, NoTime, Read
from gis_gov.counting.hours import WeekHours, parse_days, parse_hours
from gis_gov.counting.layers import AUDITED, TIMED, Layer
from gis_gov.counting.question import Question
from gis_gov.cql.compiler import TEXT_MAX, compile_filter
from gis_gov.cql.kinds import Condition
from gis_gov.cql.problems import InvalidFilter
from gis_gov.cql.shapes import CRS84
from gis_gov.geo.bbox import BBox
from gis_gov.heatmaps.service import FINEST
from gis_gov.heatmaps.weights import LISTED, WEIGHTS
from gis_gov.problems import InvalidRequest
from gis_gov.queryables import Names
from gis_gov.tiles.service import LAYERS, answer_tile, built


class NotListed(InvalidRequest):
    """A filter or a weight is asked for that the things do not have."""

    slug, title, status = "not-listed", "These things have no such filter or weight", 400


REFUSALS: Final = (InvalidRequest, NoTime, NotListed, InvalidFilter, PurposeNeeded)
"""Why no heat map may be had, in whatever form."""


@dataclass(frozen=True, slots=True)
class Filtered:
    """A filter as it is written, and its language."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who asks for what of a layer; where, and how fine, is still to be said."""

    asker: Asker
    question: Question

    def at(self, resolution: int, bbox: BBox | None, limit: int) -> Question:
        """Return the question for a place; persons by hexagons no finer than who asks may have."""
        if self.question.layer == "persons" and not self.question.is_of_listed:
            resolution = min(resolution, fences.finest_of_persons(self.asker.actor))
        return replace(self.question, resolution=resolution, bbox=bbox, limit=limit)

    async def answered(
        self,
        form: Hashable,
        read: Callable[[AsyncConnection[Any]], Awaitable[Read]],
        write: Callable[[Read], Answer],
    ) -> Answer:
        """Read and write an answer in a form, or take one that is as good.

        `form` is all that decides the answer beside the question and who asks.
        """
        return await self.asker.answered(*self._named(form), read, write)

    async def made(self, form: Hashable, make: Callable[[], Awaitable[Answer]]) -> Answer:
        """Make an answer in a form, or take one that is as good; see `answered`."""
        return await self.asker.made(*self._named(form), make)

    def _named(self, form: Hashable) -> tuple[list[str], Hashable]:
        # What a filter picks may follow more than the things themselves.
        measures = ["listed" if self.question.is_of_listed else self.question.layer]
        return measures, ("heatmap", asked_of(self.question), form)

    async def answer_tile(self, request: Request, made: Answer) -> Response:
        """Answer a tile, or that it is the one that the client has."""
        shown = LAYERS.get(LISTED[self.question.layer][0].name)
        kept = REVALIDATE if shown is not None and shown.may_be_kept else PRIVATE
        tile = built(self.asker.actor.digest, made.body)
        return await answer_tile(request, self.asker.state.tiles, tile, kept, made.media_type)


async def _hours(
    weekdays: Annotated[
        str | None,
        Query(
            max_length=32,
            description="Days of the week, 1 for Monday to 7 (UTC+8)",
            examples=["1-5", "6,7"],
        ),
    ] = None,
    hours: Annotated[
        str | None,
        Query(
            max_length=8,
            description="Hours of the day, from one up to another (UTC+8); over midnight they"
            " belong to the day on which the night began",
            examples=["8-18", "22-6"],
        ),
    ] = None,
) -> WeekHours | None:
    if weekdays is None and hours is None:
        return None
    made = WeekHours()
    try:
        if weekdays is not None:
            made = replace(made, days=parse_days(weekdays))
    except ValueError as error:
        raise InvalidRequest.at("query.weekdays", str(error)) from None
    try:
        if hours is not None:
            held, late = parse_hours(hours)
            made = replace(made, hours=held, late_hours=late)
    except ValueError as error:
        raise InvalidRequest.at("query.hours", str(error)) from None
    return made


async def _filtered(
    filter_: Annotated[
        str | None,
        Query(
            alias="filter",
            max_length=TEXT_MAX,
            description="CQL2: a condition over the properties of the collection of that name",
            examples=["state = 'pending'"],
        ),
    ] = None,
    filter_lang: Annotated[
        Literal["cql2-text", "cql2-json"],
        Query(alias="filter-lang", description="In which of its two forms the filter is"),
    ] = "cql2-text",
) -> Filtered | None:
    return None if filter_ is None else Filtered(filter_, filter_lang)


async def _wanted(
    request: Request,
    asker: Asking,
    purpose: StatedPurpose,
    interval: Interval,
    week_hours: Annotated[WeekHours | None, Depends(_hours)],
    filtered: Annotated[Filtered | None, Depends(_filtered)],
    layer: Annotated[
        Layer,
        Query(
            description="What to count; houses are buildings and dwellings together,"
            " workers those on shift where they were last"
        ),
    ],
    weight: Annotated[
        str | None,
        Query(
            max_length=32,
            description="Property to add up: "
            + "; ".join(f"{', '.join(names)} of {layer}" for layer, names in WEIGHTS.items()),
            examples=["area_m2"],
        ),
    ] = None,
) -> Wanted:
    question = Question(
        asker.actor, layer, FINEST, None, interval, 0, hours=week_hours, weight=weight
    )
    fences.require(asker.actor, [layer], timed=question.is_timed)
    if question.is_timed and layer not in TIMED:
        raise NoTime(f"query.datetime: {layer} have no time; {' and '.join(TIMED)} have")
    if weight is not None and weight not in WEIGHTS.get(layer, {}):
        known = ", ".join(WEIGHTS.get(layer, {})) or "none"
        raise NotListed(f"query.weight: {layer} have no weight {weight!r}; known: {known}")
    if filtered is not None:
        question = replace(question, condition=_condition(asker, layer, filtered))
    if question.is_of_listed:
        right = LISTED[layer][0].right
        asker.actor.require(right)
        # Hexagons of the positions that a filter picks are the way of one of them.
        purpose.require_for(right)
    await _record(request, asker, question)
    return Wanted(asker, question)


def _condition(asker: Asker, layer: str, filtered: Filtered) -> Condition:
    if layer not in LISTED:
        raise NotListed(f"query.filter: {layer} cannot be filtered; {', '.join(LISTED)} can")
    names = Names(LISTED[layer][0], asker.actor)
    return compile_filter(filtered.text, filtered.language, names, CRS84)


async def _record(request: Request, asker: Asker, question: Question) -> None:
    """Record who reads of people; a filter may pick one of them, so each such question counts."""
    layer = question.layer
    if question.is_of_listed and LISTED[layer][0].personal:
        asked = {"parameters": sorted(request.query_params)}
        await asker.record(Entry("heatmap.read", "ok", layer, detail=asked))
    elif layer in AUDITED or layer == "workers":
        await asker.record.repeated(Entry("heatmap.read", "ok", layer))


Heat = Annotated[Wanted, Depends(_wanted)]
