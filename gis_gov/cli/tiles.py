"""`gis-gov tiles`: the public layers as archives of tiles."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gis_gov.access.entry import Entry
from gis_gov.cli.database import database, for_server
from gis_gov.cli.messages import CommandError, say
from gis_gov.cli.options import Home, settings_from
from gis_gov.cli.progress import progress_bar
from gis_gov.cli.record import record

if TYPE_CHECKING:
    from gis_gov.tiles.export import Writes
    from gis_gov.tiles.layers import Layer

app = typer.Typer(
    help="Take the tiles of the public layers out, for other servers to serve.\n\n"
    "Example: gis-gov tiles export panyu.pmtiles"
)

ZOOM_MAX = 22
Names = Annotated[
    str | None,
    typer.Option("--layers", help="Public layers, with commas between; else all of them."),
]
MinZoom = Annotated[int, typer.Option(help="The first zoom.", min=0, max=ZOOM_MAX)]
MaxZoom = Annotated[
    int, typer.Option(help="The last zoom; maps draw higher ones from it.", min=0, max=ZOOM_MAX)
]


@app.command()
def export(
    file: Annotated[
        Path, typer.Argument(help="FILE.pmtiles or FILE.mbtiles.", metavar="FILE", dir_okay=False)
    ],
    layers: Names = None,
    min_zoom: MinZoom = 0,
    max_zoom: MaxZoom = 14,
    home: Home = None,
) -> None:
    """Write the public layers to one file, all or nothing.

    Areas, grids, their names, centres and points of interest are public; of persons, workers,
    events, addresses or cameras nothing is in the file.

    Example: gis-gov tiles export panyu.pmtiles --max-zoom 15
    """
    from gis_gov.tiles import archives  # noqa: PLC0415 - slow to import

    formats: dict[str, Writes] = {".mbtiles": archives.mbtiles, ".pmtiles": archives.pmtiles}
    writes = formats.get(file.suffix.lower())
    if writes is None:
        raise CommandError(f"{file}: name it FILE.pmtiles or FILE.mbtiles")
    _write(file, writes, layers, range(min_zoom, max_zoom + 1), home, "tiles export")


@app.command()
def seed(
    folder: Annotated[
        Path, typer.Argument(help="Folder of the tiles.", metavar="FOLDER", file_okay=False)
    ],
    layers: Names = None,
    min_zoom: MinZoom = 0,
    max_zoom: MaxZoom = 14,
    home: Home = None,
) -> None:
    """Fill a folder with the tiles of the public layers, for a web server or CDN; all or nothing.

    A folder of an earlier run is replaced. The tiles are FOLDER/{z}/{x}/{y}.mvt, not compressed,
    and FOLDER/tiles.json tells of them.

    Example: gis-gov tiles seed /srv/www/tiles
    """
    from gis_gov.tiles import archives  # noqa: PLC0415 - slow to import

    _write(folder, archives.folder, layers, range(min_zoom, max_zoom + 1), home, "tiles seed")


def _write(
    path: Path, writes: "Writes", names: str | None, zooms: range, home: Path | None, command: str
) -> None:
    from gis_gov.tiles import archives  # noqa: PLC0415 - slow to import
    from gis_gov.tiles import export as exporting  # noqa: PLC0415

    if not zooms:
        raise CommandError("--min-zoom is above --max-zoom")
    if not path.absolute().parent.is_dir():
        raise CommandError(f"{path}: there is no folder {path.absolute().parent}")
    layers = _public(names)
    settings = settings_from(home=home)
    with database(settings, command) as url, progress_bar() as show:
        served = for_server(settings, url)
        try:
            written = asyncio.run(
                exporting.export(
                    served.served_url or url, served, path, writes, layers, zooms, show
                )
            )
        except (exporting.TooManyTiles, archives.NothingToWrite) as error:
            raise CommandError(str(error)) from error
        detail = {"file": path.name, "layers": [layer.name for layer in layers]}
        record(settings, url, Entry(command.replace(" ", "."), "ok", detail=detail))
    say(f"wrote {path}: {written:,} tiles")


def _public(names: str | None) -> "list[Layer]":
    from gis_gov.tiles.export import PUBLIC  # noqa: PLC0415 - slow to import

    known = {layer.name: layer for layer in PUBLIC}
    wanted = list(known) if names is None else list(dict.fromkeys(names.split(",")))
    for name in wanted:
        if name not in known:
            raise CommandError(f"{name!r} is no public layer; public are: {', '.join(known)}")
    return [known[name] for name in wanted]
