"""camptocamp's ogc-client, in Node, reads collections as the database has them."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely.geometry import shape

from gis_gov.formats.known import FORMATS
from gis_gov.ogc.crs import SUPPORTED
from tests.node_packages import install, program
from tests.ogc.clients.conftest import Reading
from tests.ogc.clients.expected import BOX, CODES, EVENTS_IN_BOX
from tests.plain_http import get

FOLDER = Path(__file__).parent / "ogc_client"
METRES = "http://www.opengis.net/def/crs/EPSG/0/4549"


def read(reading: Reading) -> dict[str, Any]:
    install(FOLDER)
    asked = {
        "address": reading.address,
        "key": reading.key,
        "collections": sorted(reading.collections),
        "bbox": BOX,
        "crs": METRES,
    }
    node = program("node")
    assert node
    done = subprocess.run(
        [node, "read.mjs"],
        cwd=FOLDER,
        env={**os.environ, "ASKED": json.dumps(asked)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def told(reading: Reading) -> dict[str, Any]:
    before = {name: reading.codes(query) for name, query in reading.collections.items()}
    return {**read(reading), "before": before}


def test_collections_are_read(told: dict[str, Any], reading: Reading) -> None:
    assert told["title"] == "gis_gov"
    assert told["hasFeatures"]
    assert set(told["collections"]) == set(reading.collections)
    for collection, query in reading.collections.items():
        found = told["found"][collection]
        codes = reading.codes(query)
        # By links, and counted: its own way to a second page, and past the last.
        for way in ("followed", "counted"):
            assert len(set(found[way])) == len(found[way])
            assert set(told["before"][collection]) <= set(found[way]) <= set(codes), (
                collection,
                way,
            )
        assert found["item"] == found["followed"][0]
        assert found["beyond"] == []
    assert told["found"]["events"]["boxed"] == reading.codes(EVENTS_IN_BOX)


def test_crs_and_files_are_found(told: dict[str, Any], reading: Reading) -> None:
    types = {each.plain_type: name for name, each in FORMATS.items()}
    may_take = {"areas", "grids"}
    if reading.collections is CODES:
        may_take = set(CODES)
    for collection, found in told["found"].items():
        assert found["crs"] == list(SUPPORTED)
        # Links to whole files are there for whoever may take them.
        assert set(found["bulk"]) == (set(types) if collection in may_take else set()), collection
        for media_type, href in found["bulk"].items():
            assert href.endswith(f"/collections/{collection}/items?f={types[media_type]}")
        if collection in may_take:
            head = {"authorization": f"Bearer {reading.key}"}
            answer = get(found["bulk"]["text/csv"], headers=head, timeout=60)
            assert answer.status_code == 200
            assert len(answer.text.splitlines()) > 1


def test_another_crs_is_asked_for(told: dict[str, Any], reading: Reading) -> None:
    rows = dict(reading.sql("select code, st_astext(st_transform(geom, 4549)) from grid"))
    for feature in told["in_metres"]:
        # OGC API: in the axis order of the CRS, northing first.
        there = shapely.transform(shape(feature["geometry"]), lambda at: at[:, ::-1])
        assert shapely.hausdorff_distance(there, shapely.from_wkt(rows[feature["id"]])) < 0.01
    assert len(told["in_metres"]) > 0
