"""Generate a sample: make its world, then write its rows street by street."""

import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gis_gov.sample.addresses import (
    Gazetteer,
    building_rows,
    make_gazetteer,
    room_rows,
    yard_rows,
)
from gis_gov.sample.area_rows import area_rows, grid_rows
from gis_gov.sample.building_rows import building_house_rows
from gis_gov.sample.cameras import camera_rows
from gis_gov.sample.dwellings import address_codes, dwelling_rows, list_dwellings
from gis_gov.sample.events import event_rows
from gis_gov.sample.figures import DEFAULT_SEED, FIGURES, Figures, SampleSize
from gis_gov.sample.firms import enterprise_rows
from gis_gov.sample.groups import counts
from gis_gov.sample.layers import make_layers
from gis_gov.sample.manifest import MANIFEST, Manifest, make_manifest, write_manifest
from gis_gov.sample.patrols import position_rows
from gis_gov.sample.people import person_rows, plan_census
from gis_gov.sample.places import centre_rows, poi_rows
from gis_gov.sample.streams import stream
from gis_gov.sample.workers import hire, worker_rows
from gis_gov.sample.world import World, make_world
from gis_gov.sample.writer import FileEntry, Shape, Sheet, open_sheet

Ints = NDArray[np.int64]
Progress = Callable[[str, float], None]
"""Called with what is being made and the share of all work that is done, from 0 to 1."""

_WORLD_SHARE, _STREETS_SHARE = 0.25, 0.55


def _silent(_what: str, _done: float) -> None:
    """Show nothing."""


def generate(
    size: SampleSize,
    seed: int = DEFAULT_SEED,
    out: Path = Path("sample"),
    progress: Progress = _silent,
    figures: Figures | None = None,
) -> Manifest:
    """Generate a sample into the folder `out`, and tell what it holds.

    The same size, seed and package versions give the same bytes. Other `figures` than the size's
    own may be given. The files appear together at the end; a sample that is there already is
    replaced, other files stay.

    Raises:
        ValueError: the figures contradict each other.
        OSError: the folder can't be written, or the disk is full.

    """
    figures = figures or FIGURES[size]
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".sample-", dir=out) as staging:
        folder = Path(staging)
        progress("areas", 0.0)
        world = make_world(figures, seed)
        manifest = make_manifest(size.value, seed, _write(world, folder, progress))
        write_manifest(manifest, folder)
        _publish(folder, out, manifest)
    progress("done", 1.0)
    return manifest


def _publish(folder: Path, out: Path, manifest: Manifest) -> None:
    (out / MANIFEST).unlink(missing_ok=True)
    for name in [*(entry.path for entry in manifest.files), MANIFEST]:
        shutil.move(folder / name, out / name)


class _Folder:
    """A folder being filled; every file in it is let go of at the end."""

    def __init__(self, path: Path, held: ExitStack, *, columnar: bool) -> None:
        self._path, self._held, self._columnar = path, held, columnar

    def sheet(self, kind: str, stem: str, shape: Shape, *, text: bool = False) -> Sheet:
        """Open a file of a kind's rows, as text even where the others are columns if `text`."""
        columnar = self._columnar and not text
        sheet = open_sheet(self._path, kind, stem, shape, columnar=columnar)
        self._held.callback(sheet.abandon)
        return sheet


@dataclass(frozen=True)
class _Sheets:
    """Files that are written street by street."""

    addresses: Sheet
    buildings: Sheet
    dwellings: Sheet
    persons: Sheet


def _write(world: World, path: Path, progress: Progress) -> list[FileEntry]:
    gazetteer = make_gazetteer(world)
    with ExitStack() as held:
        folder = _Folder(path, held, columnar=world.figures.columnar)
        sheets = _Sheets(
            folder.sheet("addresses", "addresses", "point"),
            folder.sheet("houses", "buildings", "polygon"),
            folder.sheet("houses", "dwellings", "none"),
            folder.sheet("persons", "persons", "none"),
        )
        block_persons = _write_streets(world, gazetteer, sheets, progress)
        areas = folder.sheet("areas", "areas", "polygon", text=True)
        areas.add(*area_rows(world))
        grids = folder.sheet("grids", "grids", "polygon", text=True)
        grids.add(*grid_rows(world, make_layers(world), block_persons))
        registers = [areas.close(), grids.close(), sheets.addresses.close()]
        registers += [sheets.buildings.close(), sheets.dwellings.close(), sheets.persons.close()]
        return registers + _write_rest(world, gazetteer, folder, progress)


def _write_streets(world: World, gazetteer: Gazetteer, sheets: _Sheets, progress: Progress) -> Ints:
    """Write what is made street by street; count the persons of each block."""
    census = plan_census(world)
    block_persons = np.zeros(len(world.blocks), dtype=np.int64)
    yard_street = world.areas.community.parent[
        world.areas.block_community[world.doors.block[: world.doors.yards]]
    ]
    for street in range(len(world.areas.street)):
        done = street / len(world.areas.street)
        progress(world.areas.street.name[street], _WORLD_SHARE + _STREETS_SHARE * done)
        which = world.street_buildings(street)
        homes = list_dwellings(
            world, gazetteer.building_digits, which, stream(world.seed, "dwellings", street)
        )
        sheets.addresses.add(yard_rows(world, gazetteer, np.flatnonzero(yard_street == street)))
        sheets.addresses.add(building_rows(world, gazetteer, which))
        sheets.addresses.add(room_rows(world, gazetteer, homes))
        sheets.buildings.add(building_house_rows(world, gazetteer, which), world.footprints(which))
        sheets.dwellings.add(dwelling_rows(world, gazetteer.building_code, homes))
        persons, building = person_rows(
            world,
            census,
            street,
            homes,
            address_codes(
                gazetteer.building_code, homes, world.buildings.named_rooms[homes.building]
            ),
            stream(world.seed, "persons", street),
        )
        sheets.persons.add(persons)
        block_persons += counts(world.buildings.plots.block[building], len(block_persons))
    return block_persons


def _write_rest(
    world: World, gazetteer: Gazetteer, folder: _Folder, progress: Progress
) -> list[FileEntry]:
    """Write what is made in one piece each."""
    staff = hire(world)
    building, yard = gazetteer.building_code, gazetteer.yard_code
    parts: tuple[tuple[str, Shape, tuple[Callable[[], pa.Table], ...]], ...] = (
        ("enterprises", "none", (lambda: enterprise_rows(world, building),)),
        (
            "resources",
            "point",
            (
                lambda: camera_rows(world),
                lambda: centre_rows(world, building),
                lambda: poi_rows(world, yard, building),
            ),
        ),
        ("workers", "none", (lambda: worker_rows(world, staff),)),
        ("events", "point", (lambda: event_rows(world, gazetteer, staff),)),
        ("positions", "point", (lambda: position_rows(world, staff),)),
    )
    entries = []
    for at, (kind, shape, makers) in enumerate(parts):
        rest = 1 - _WORLD_SHARE - _STREETS_SHARE
        progress(kind, 1 - rest + rest * at / len(parts))
        sheet = folder.sheet(kind, kind, shape)
        for make in makers:
            sheet.add(make())
        entries.append(sheet.close())
    return entries
