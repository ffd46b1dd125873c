"""How the tiles that a request asks for are found, drawn or remembered, and answered."""

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Query, Request
from starlette.responses import Response

from gis_gov.access.actor import Actor
from gis_gov.access.audited import Recording
from gis_gov.access.entry import Entry
from gis_gov.access.purpose import Purpose
from gis_gov.api import PRIVATE, REVALIDATE
from gis_gov.geo.matrix_set import AnyTile
from gis_gov.ogc.asked import MapReader, Name
from gis_gov.ogc.links import base_of
from gis_gov.ogc.registered import collection_named
from gis_gov.ogc.tile_asked import Choice, Chosen, Drawn, drawn_of
from gis_gov.ogc.tile_queries import read_drawn
from gis_gov.problems import InvalidRequest
from gis_gov.state import State, state_of
from gis_gov.tiles.service import (
    LAYERS,
    Built,
    Layer,
    UnknownLayer,
    answer_tile,
    layers_named,
    public_layers,
    read_tile,
    this_minute,
    tracks_of,
)


@dataclass(frozen=True, slots=True)
class Selection:
    """The layers that `collections` selects, and the parameter as it is written."""

    layers: list[Layer]
    text: str | None


async def _selected(
    request: Request,
    actor: MapReader,
    collections: Annotated[
        str | None,
        Query(
            max_length=1024,
            description="Collections or other layers, with commas between, as names or addresses;"
            " without it all public ones",
            examples=["grids,events"],
        ),
    ] = None,
) -> Selection:
    if collections is None:
        return Selection(public_layers(actor), None)
    prefix = f"{base_of(request)}/collections/"
    names = (each.removeprefix(prefix) for each in collections.split(","))
    try:
        return Selection(layers_named(names, actor), collections)
    except UnknownLayer as unknown:
        # The path is there: it is the parameter that is wrong.
        raise InvalidRequest.at("query.collections", unknown.detail) from None


Selected = Annotated[Selection, Depends(_selected)]


@dataclass(frozen=True, slots=True)
class CollectionLayer:
    """A layer that draws a collection; see there what `stays_inside`."""

    layer: Layer
    title: str
    stays_inside: bool


async def _of_collection(actor: MapReader, name: Name) -> CollectionLayer:
    collection = collection_named(name, actor)
    if name not in LAYERS:
        raise UnknownLayer(f"the collection {name!r} has no tiles")
    (layer,) = layers_named([name], actor)
    title = f"{collection.title_zh} {collection.title}"
    return CollectionLayer(layer, title, collection.stays_inside)


OfCollection = Annotated[CollectionLayer, Depends(_of_collection)]


@dataclass(frozen=True, slots=True)
class Serving:
    """A request for a tile: who asks, and which things he chose."""

    request: Request
    state: State
    actor: Actor
    record: Recording
    chosen: Chosen

    async def answer(self, layers: list[Layer], wanted: AnyTile) -> Response:
        """Answer a tile of layers, from memory if it is there."""
        drawn = drawn_of(layers, self.chosen, self.actor)
        for worker in {each.query["code"] for each in drawn if "code" in each.query}:
            await Purpose(self.request).require_of_named(self.actor, worker)
        personal = [each for each in drawn if each.personal]
        for each in personal:
            entry = Entry("tile.read", "ok", each.layer.name)
            if not each.is_chosen:
                await self.record.repeated(entry)
            else:  # a filter may pick one of them, so each such question counts
                await self.record(replace(entry, detail={"parameters": self.chosen.told}))
        may_be_kept = not personal and all(layer.may_be_kept for layer in layers)
        kept = REVALIDATE if may_be_kept else PRIVATE
        made = await self._made(layers, drawn, wanted)
        return await answer_tile(self.request, self.state.tiles, made, kept)

    async def _made(self, layers: list[Layer], drawn: list[Drawn], wanted: AnyTile) -> Built:
        is_chosen = any(each.is_chosen for each in drawn)
        now = this_minute()
        tracks = tracks_of(layers, self.chosen.interval, now)
        told = {} if tracks is None else {"now": now.isoformat()}

        async def build() -> bytes:
            async with self.state.pool.connection(self.actor.scope) as conn:
                if is_chosen:
                    full = [replace(each, query={**each.query, **told}) for each in drawn]
                    return await read_drawn(conn, full, self.actor, wanted)
                return await read_tile(conn, [layer.name for layer in layers], wanted, told)

        chosen = self.chosen.key if is_chosen else None
        return await self.state.tiles.get(self.actor.digest, layers, wanted, build, chosen, tracks)


# Tiles are asked for more often than all else, and what is a dependency of its own costs time.
async def _serving(request: Request, actor: MapReader, chosen: Choice) -> Serving:
    state = state_of(request.app)
    return Serving(request, state, actor, Recording(request, state.audit), chosen)


Served = Annotated[Serving, Depends(_serving)]
