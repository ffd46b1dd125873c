"""What the tiles offer to others: their layers, and how one is asked for."""

from collections.abc import Iterable

from gis_gov.access.actor import Actor
from gis_gov.problems import NotFound
from gis_gov.tiles.answering import answer_tile
from gis_gov.tiles.asked import AskedTile, MatrixSetName, NoSuchTile, numbered
from gis_gov.tiles.layers import LAYERS, Layer
from gis_gov.tiles.memory import Built, built
from gis_gov.tiles.queries import read_extent, read_tile, tile_parameters
from gis_gov.tiles.schemas import TileJson, VectorLayer
from gis_gov.tiles.style import Extent, middle, zoom_to_fit
from gis_gov.tiles.taken import taken, this_minute, tracks_of

__all__ = [
    "LAYERS",
    "AskedTile",
    "Built",
    "Layer",
    "MatrixSetName",
    "NoSuchTile",
    "TileJson",
    "UnknownLayer",
    "VectorLayer",
    "answer_tile",
    "built",
    "layers_named",
    "middle",
    "numbered",
    "public_layers",
    "read_extent",
    "read_tile",
    "taken",
    "this_minute",
    "tile_parameters",
    "tilejson_of",
    "tracks_of",
    "zoom_to_fit",
]


class UnknownLayer(NotFound):
    """There is no tile layer of that name."""

    slug, title, status = "unknown-layer", "Unknown tile layer", 404


def layers_named(names: Iterable[str], actor: Actor) -> list[Layer]:
    """Find layers that who asks may see, each once, in the order in which they are named.

    Raises:
        UnknownLayer: there is none of that name.
        NotAllowed: he has no right to it anywhere.

    """
    picked = list(dict.fromkeys(names))
    for name in picked:
        if name not in LAYERS:
            raise UnknownLayer(f"{name[:80]!r} is not a layer; known: {', '.join(LAYERS)}")
        actor.require(LAYERS[name].right)
    return [LAYERS[name] for name in picked]


def public_layers(actor: Actor) -> list[Layer]:
    """Return the public layers that who asks may see."""
    return [each for each in LAYERS.values() if each.public and actor.may(each.right)]


def tilejson_of(
    layers: Iterable[Layer], address: str, extent: Extent | None, zoom_max: int
) -> TileJson:
    """Make the TileJSON of layers whose tiles are at an address, with {z}, {x} and {y} in it."""
    drawn = list(layers)
    return TileJson(
        name=",".join(layer.name for layer in drawn),
        description="; ".join(f"{layer.title_zh} {layer.title}" for layer in drawn),
        tiles=[address],
        vector_layers=[
            VectorLayer(
                id=layer.name,
                description=layer.title,
                minzoom=layer.zoom_min,
                maxzoom=zoom_max,
                fields=layer.fields,
            )
            for layer in drawn
        ],
        minzoom=min(layer.zoom_min for layer in drawn),
        maxzoom=zoom_max,
        bounds=extent,
        center=extent and (*middle(extent), zoom_to_fit(extent)),
    )
