"""What the map style refers to besides tiles: its letters and icons, all of them of the package.

They are plain Starlette routes, as the page's assets are: for anyone, and told by the style.
"""

from collections.abc import Collection
from functools import partial
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles

from gis_gov.media import PNG
from gis_gov.pages import ASSETS
from gis_gov.problems import NotFound
from gis_gov.tiles.sprite import RATIOS, sprite_index, sprite_png

FONTS: Final = ASSETS / "fonts"
"""A folder for each font, with a file for each 256 characters; `npm run build` makes them."""
PBF: Final = "application/x-protobuf"
_KEPT_A_DAY: Final = {"cache-control": "public, max-age=86400", "x-content-type-options": "nosniff"}


async def glyphs(fonts: Path, known: Collection[str], request: Request) -> Response:
    """Answer 256 letters of the first font of a stack that is there, as distance fields.

    Raises:
        NotFound: none of the fonts is there, or no such letters.

    """
    stack, letters = request.path_params["stack"], request.path_params["letters"]
    for font in stack.split(","):
        if font.strip() not in known:
            continue
        name = f"{font.strip()}/{letters}.pbf"
        try:
            answer = await StaticFiles(directory=fonts).get_response(name, request.scope)
        except HTTPException:
            break
        answer.headers.update({**_KEPT_A_DAY, "content-type": PBF})
        return answer
    listed = ", ".join(sorted(known)) or "none; build the page"
    raise NotFound(f"There are no such letters. Fonts: {listed}; letters: 0-255, 256-511, …")


async def index(ratio: int, _request: Request) -> Response:
    """Answer where each icon is in the picture."""
    return JSONResponse(sprite_index(ratio), headers=_KEPT_A_DAY)


async def picture(ratio: int, _request: Request) -> Response:
    """Answer the picture of all icons."""
    return Response(sprite_png(ratio), media_type=PNG, headers=_KEPT_A_DAY)


def router_of(fonts: Path) -> APIRouter:
    """Make the routes, with the fonts of a folder."""
    made = APIRouter()
    known = {folder.name for folder in fonts.iterdir()} if fonts.is_dir() else set[str]()
    named = [("/fonts/{stack}/{letters}.pbf", partial(glyphs, fonts, known))]
    for ratio in RATIOS:
        name = "/sprite" if ratio == 1 else f"/sprite@{ratio}x"
        named += [(f"{name}.json", partial(index, ratio)), (f"{name}.png", partial(picture, ratio))]
    for path, answer in named:
        answer.open_to_anyone = True  # type: ignore[attr-defined]
        made.add_route(path, answer, include_in_schema=False)
    return made


router = router_of(FONTS)
