"""QGIS reads collections, tiles, files and tables as the database has them, if it is there."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.ogc.clients.conftest import Reading
from tests.ogc.clients.expected import BOX, EVENTS_IN_BOX, PENDING, QGIS
from tests.ogc.clients.listening import listening, queries
from tests.ogc.clients.running_qgis import require_qgis, run_qgis
from tests.plain_http import get

SCRIPT = Path(__file__).with_name("qgis_reading.py")
WHERE = "\"state\" = 'pending' AND \"reported_at\" >= '2025-05-31T16:00:00Z'"
FILES = {"gpkg": "OGC:CRS84", "fgb": "EPSG:4490"}
STYLE_COLOURS = {"centre": "#d6404a", "camera": "#1c74e0", "closed event": "#2e9d62"}


@pytest.fixture(scope="module")
def qgis() -> None:
    require_qgis()


@pytest.fixture(scope="module")
def told(qgis: None, reading: Reading, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("qgis")
    notes = folder / "notes"
    with listening(reading.address, notes) as address:
        found = _run(replace(reading, address=address), folder)
    return {**found, "asked": queries(notes)}


def _run(reading: Reading, folder: Path) -> dict[str, Any]:
    asked = {
        "address": reading.address,
        "key": reading.key,
        "database_url": reading.database_url,
        "collections": sorted(QGIS),
        "bbox": BOX,
        "where": WHERE,
        "files": [str(_file(reading, folder, form, crs)) for form, crs in FILES.items()],
    }
    return run_qgis(SCRIPT, asked, folder)


def _file(reading: Reading, folder: Path, form: str, crs: str) -> Path:
    authority, _, code = crs.partition(":")
    version = "1.3" if authority == "OGC" else "0"
    uri = f"http://www.opengis.net/def/crs/{authority}/{version}/{code}"
    address = f"{reading.address}/collections/grids/items?f={form}&crs={uri}"
    answer = get(address, headers={"authorization": f"Bearer {reading.key}"}, timeout=60)
    path = folder / f"grids.{form}"
    path.write_bytes(answer.content)
    return path


def test_collections_are_read_by_large_pages(told: dict[str, Any], reading: Reading) -> None:
    for collection, query in QGIS.items():
        found = told["collections"][collection]
        assert found["codes"] == reading.codes(query), collection
        assert found["crs"] in {"EPSG:4490", "EPSG:4326"}  # the latter before 3.30
        assert not found["edited"]
    limits = {int(each["limit"]) for each in told["asked"] if "limit" in each}
    assert max(limits) == 1000
    assert 100 not in limits


def test_boxes_and_filters_are_the_servers(told: dict[str, Any], reading: Reading) -> None:
    assert told["boxed"] == reading.codes(EVENTS_IN_BOX)
    assert told["filtered"]["codes"] == reading.codes(PENDING)


def test_files_and_tables_are_read(told: dict[str, Any], reading: Reading) -> None:
    grids = reading.codes(QGIS["grids"])
    for path, found in told["files"].items():
        assert found["codes"] == grids, path
        assert found["crs"] == FILES[path.rpartition(".")[2]]
    assert told["table"]["codes"] == grids
    assert told["table"]["crs"] == "EPSG:4490"


def test_tiles_are_drawn_by_the_style(told: dict[str, Any]) -> None:
    assert set(told["colours"]) >= set(STYLE_COLOURS.values())
