"""camptocamp's ogc-client, in Node, reads collections as the database has them."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tests.node_packages import install, program
from tests.ogc.clients.conftest import Reading
from tests.ogc.clients.expected import BOX, CODES, EVENTS_IN_BOX

FOLDER = Path(__file__).parent / "ogc_client"


def read(reading: Reading) -> dict[str, Any]:
    install(FOLDER)
    asked = {
        "address": reading.address,
        "key": reading.key,
        "collections": sorted(CODES),
        "bbox": BOX,
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


def test_collections_are_read(reading: Reading) -> None:
    told = read(reading)
    assert told["title"] == "gis_gov"
    assert told["hasFeatures"]
    assert set(CODES) <= set(told["collections"])
    for collection, query in CODES.items():
        found = told["found"][collection]
        codes = reading.codes(query)
        assert sorted(found["codes"]) == codes
        assert (found["item"], found["items"]) == (codes[0], codes[:3])
    assert told["found"]["events"]["boxed"] == reading.codes(EVENTS_IN_BOX)
