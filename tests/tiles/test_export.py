"""The public layers as archives: the tiles of the server, read back by GDAL, and nothing else."""

import asyncio
import contextlib
import gzip
import json
import os
import pty
import re
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import mapbox_vector_tile
import psycopg
import pyogrio
import pytest
from pmtiles.reader import MmapSource, Reader, all_tiles
from pmtiles.tile import Compression, TileType

from gis_gov.db.pool import Pool
from gis_gov.db.scope import SYSTEM
from gis_gov.geo.tile import Tile
from gis_gov.settings import Settings
from gis_gov.tiles import archives, export
from gis_gov.tiles.layers import LAYERS
from gis_gov.tiles.queries import read_tile
from tests.cli.process import PROGRAM, START_S, clean_environment, gis_gov, refusal
from tests.conftest import TestServer
from tests.tiles.district import SOUTH, WEST, World, write_world

ZOOMS = range(10, 15)
PUBLIC = ["areas", "grids", "area_labels", "grid_labels", "centres", "pois"]
FAR = """
    insert into resource (code, kind, name, geom) values
    ('O9', 'poi', '界外', st_point(113.5, 22.8, 4490));
"""


@pytest.fixture(scope="module")
def world(postgis: TestServer) -> Iterator[World]:
    with postgis.database() as url:
        made = write_world(url)
        with psycopg.connect(url) as conn:
            conn.execute(FAR)
        yield made


def exported(world: World, file: Path, writes: export.Writes, zooms: range = ZOOMS) -> int:
    settings = Settings().with_database(world.url)
    run = export.export(
        world.url, settings, file, writes, export.PUBLIC, zooms, lambda _what, _done: None
    )
    return asyncio.run(run)


def served(world: World, tiles: list[Tile]) -> dict[tuple[int, int, int], bytes]:
    """The tiles of the public layers as one who sees everything has them."""

    async def read() -> dict[tuple[int, int, int], bytes]:
        async with (
            Pool(world.url, Settings()) as pool,
            pool.connection(SYSTEM) as conn,
        ):
            return {(t.z, t.x, t.y): await read_tile(conn, PUBLIC, t) for t in tiles}

    return {at: body for at, body in asyncio.run(read()).items() if body}


def everywhere(zooms: range) -> list[Tile]:
    return export.tiles_over((113.0, 22.5, 114.0, 23.5), zooms)


def of_mbtiles(file: Path) -> dict[tuple[int, int, int], bytes]:
    with closing(sqlite3.connect(file)) as database:
        rows = database.execute("select * from tiles").fetchall()
    return {(z, x, 2**z - 1 - y): gzip.decompress(body) for z, x, y, body in rows}


def of_pmtiles(file: Path) -> dict[tuple[int, int, int], bytes]:
    with file.open("rb") as opened:
        return {at: gzip.decompress(body) for at, body in all_tiles(MmapSource(opened))}


def of_folder(folder: Path) -> dict[tuple[int, int, int], bytes]:
    return {
        (int(file.parts[-3]), int(file.parts[-2]), int(file.stem)): file.read_bytes()
        for file in folder.glob("*/*/*.mvt")
    }


KINDS: dict[str, tuple[export.Writes, Any]] = {
    "a.mbtiles": (archives.mbtiles, of_mbtiles),
    "a.pmtiles": (archives.pmtiles, of_pmtiles),
    "a": (archives.folder, of_folder),
}


@pytest.mark.parametrize("name", KINDS)
def test_every_tile_is_that_of_the_server(world: World, tmp_path: Path, name: str) -> None:
    writes, read = KINDS[name]
    written = exported(world, tmp_path / name, writes, range(8, 15))
    found = read(tmp_path / name)
    assert found == served(world, everywhere(range(8, 15)))
    assert len(found) == written > 10
    assert [each.name for each in tmp_path.iterdir()] == [name]


def test_what_is_not_public_is_not_in_it(world: World, tmp_path: Path) -> None:
    exported(world, tmp_path / "a.mbtiles", archives.mbtiles)
    layers: set[str] = set()
    told: set[str] = set()
    for body in of_mbtiles(tmp_path / "a.mbtiles").values():
        for name, layer in mapbox_vector_tile.decode(body).items():
            layers.add(name)
            told |= {
                f"{name}.{field}" for each in layer["features"] for field in each["properties"]
            }
    assert layers == set(PUBLIC)
    assert told <= {f"{name}.{field}" for name in PUBLIC for field in LAYERS[name].fields}
    assert {"pois.cell", "centres.cell"} <= told


@pytest.mark.parametrize("name", ["persons", "addresses", "houses", "enterprises", "events"])
def test_a_layer_that_is_not_public_is_refused(world: World, tmp_path: Path, name: str) -> None:
    run = export.export(
        world.url,
        Settings().with_database(world.url),
        tmp_path / "a.pmtiles",
        archives.pmtiles,
        [LAYERS[name]],
        ZOOMS,
        lambda _what, _done: None,
    )
    with pytest.raises(ValueError, match="only public layers"):
        asyncio.run(run)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["a.pmtiles", "a.mbtiles"])
def test_gdal_reads_it(world: World, tmp_path: Path, name: str) -> None:
    exported(world, tmp_path / name, KINDS[name][0])
    assert {layer for layer, _ in pyogrio.list_layers(tmp_path / name)} == set(PUBLIC)
    grids = pyogrio.read_dataframe(tmp_path / name, layer="grids")
    assert isinstance(grids, gpd.GeoDataFrame)
    whole = grids.dissolve("code").to_crs(4326)
    assert set(whole.index) == {f"44019900100110{n:02}" for n in (1, 2, 3, 4)}
    step = 360 / 2 ** ZOOMS[-1] / 4096
    assert whole.total_bounds == pytest.approx(
        (WEST, SOUTH, WEST + 0.02, SOUTH + 0.02), abs=80 * step
    )
    pois = pyogrio.read_dataframe(tmp_path / name, layer="pois")
    assert isinstance(pois, gpd.GeoDataFrame)
    assert set(pois["name"].dropna()) == {"学校", "界外"}


def test_mbtiles_tell_what_they_hold(world: World, tmp_path: Path) -> None:
    exported(world, tmp_path / "a.mbtiles", archives.mbtiles)
    with closing(sqlite3.connect(tmp_path / "a.mbtiles")) as database:
        told = dict(database.execute("select name, value from metadata"))
    layers = json.loads(told["json"])["vector_layers"]
    assert [each["id"] for each in layers] == PUBLIC
    for each in layers:
        # MBTiles 1.3: "the strings 'Number', 'Boolean', or 'String'".
        assert set(each["fields"]) == set(LAYERS[each["id"]].fields)
        assert set(each["fields"].values()) <= {"Number", "Boolean", "String"}
    (pois,) = (each["fields"] for each in layers if each["id"] == "pois")
    assert (pois["name"], pois["count"]) == ("String", "Number")
    assert (told["minzoom"], told["maxzoom"]) == (str(ZOOMS[0]), str(ZOOMS[-1]))


def test_pmtiles_tell_what_they_hold(world: World, tmp_path: Path) -> None:
    exported(world, tmp_path / "a.pmtiles", archives.pmtiles)
    with (tmp_path / "a.pmtiles").open("rb") as opened:
        reader = Reader(MmapSource(opened))
        header, metadata = reader.header(), reader.metadata()
    assert (header["tile_type"], header["tile_compression"]) == (TileType.MVT, Compression.GZIP)
    assert (header["min_zoom"], header["max_zoom"]) == (ZOOMS[0], ZOOMS[-1])
    assert header["clustered"]
    assert [each["id"] for each in metadata["vector_layers"]] == PUBLIC
    assert header["max_lon_e7"] / 1e7 == 113.5


@pytest.mark.parametrize("name", KINDS)
def test_a_run_that_is_broken_off_leaves_what_was_there(
    world: World, tmp_path: Path, name: str
) -> None:
    writes, read = KINDS[name]
    exported(world, tmp_path / name, writes, range(10, 12))
    before = read(tmp_path / name)
    settings = Settings().with_database(world.url)

    def breaks(_what: str, done: float | None) -> None:
        if done and done > 0.5:
            raise KeyboardInterrupt

    run = export.export(world.url, settings, tmp_path / name, writes, export.PUBLIC, ZOOMS, breaks)
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(run)
    assert read(tmp_path / name) == before
    assert [each.name for each in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", KINDS)
def test_it_tells_of_each_zoom_how_far_it_is(world: World, tmp_path: Path, name: str) -> None:
    told: list[tuple[str, float | None]] = []
    run = export.export(
        world.url,
        Settings().with_database(world.url),
        tmp_path / name,
        KINDS[name][0],
        export.PUBLIC,
        ZOOMS,
        lambda what, done: told.append((what, done)),
    )
    asyncio.run(run)
    shares = [done or 0 for what, done in told if what.startswith("zoom ")]
    assert shares[0] == 0
    assert shares == sorted(set(shares))
    assert 0.9 < shares[-1] <= 1
    zooms = [what for what, _ in told if what.startswith("zoom ")]
    assert list(dict.fromkeys(zooms)) == [f"zoom {zoom}" for zoom in ZOOMS]
    assert zooms == sorted(zooms)


def in_a_terminal(*arguments: object, **settings: object) -> tuple[int, str]:
    """Run a command with a terminal for standard error, and return what was shown there."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*PROGRAM, *map(str, arguments)],
        env=clean_environment(TERM="xterm", COLUMNS=100, **settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    with os.fdopen(ours, "rb", buffering=0) as terminal, contextlib.suppress(OSError):  # it ended
        while read := terminal.read(4096):
            shown += read
    return process.wait(timeout=START_S), shown.decode()


@pytest.mark.parametrize(("command", "name"), [("export", "a.pmtiles"), ("seed", "a")])
def test_a_terminal_shows_a_bar_and_keeps_the_last_line_only(
    world: World, tmp_path: Path, command: str, name: str
) -> None:
    code, shown = in_a_terminal(
        "tiles", command, tmp_path / name, "--max-zoom", 14,
        GIS_GOV_DATABASE_URL=world.url, GIS_GOV_HOME=tmp_path / "home",
    )  # fmt: skip
    assert code == 0, shown
    bars = re.findall(r"zoom (\d+)\D*?[━╸╺ ]*━", re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown))
    assert bars
    assert list(map(int, bars)) == sorted(map(int, bars))
    # What stays is on the line that the bar was on.
    assert "wrote" in shown.rpartition("\x1b[2K")[2]


def test_the_command_says_what_it_wrote_and_what_it_does_not_take(
    world: World, tmp_path: Path
) -> None:
    told = {"GIS_GOV_DATABASE_URL": world.url, "GIS_GOV_HOME": tmp_path / "home"}
    file = tmp_path / "a.pmtiles"
    done = gis_gov("tiles", "export", file, "--max-zoom", 9, "--layers", "grids,pois", **told)
    assert done.returncode == 0, done.stderr
    assert f"wrote {file}: " in done.stderr
    assert {7, 8, 9} <= {at[0] for at in of_pmtiles(file)} <= set(range(10))
    with psycopg.connect(world.url) as conn:
        # Others of this module export, too.
        rows = conn.execute("select detail from audit where action = 'tiles.export'").fetchall()
    assert ({"file": "a.pmtiles", "layers": ["grids", "pois"]},) in rows
    for arguments, said in (
        ((file, "--layers", "persons"), "'persons' is no public layer; public are: areas"),
        ((tmp_path / "a.zip",), "name it FILE.pmtiles or FILE.mbtiles"),
        ((tmp_path / "no" / "a.pmtiles",), "there is no folder"),
        ((file, "--min-zoom", 5, "--max-zoom", 3), "--min-zoom is above --max-zoom"),
    ):
        assert said in refusal(gis_gov("tiles", "export", *arguments, **told))


def test_a_folder_of_something_else_is_not_replaced(world: World, tmp_path: Path) -> None:
    kept = tmp_path / "mine"
    kept.mkdir()
    (kept / "letter.txt").write_text("x", encoding="utf-8")
    with pytest.raises(FileExistsError, match="no folder of tiles"):
        exported(world, kept, archives.folder, range(1))
    assert [each.name for each in kept.iterdir()] == ["letter.txt"]


def test_a_pyramid_that_nobody_means_is_refused() -> None:
    with pytest.raises(export.TooManyTiles, match="export to a lower zoom"):
        export.tiles_over((73.0, 18.0, 135.0, 53.0), range(20))
