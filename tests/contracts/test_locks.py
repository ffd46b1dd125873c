"""Advisory locks: each number is for one thing, or who waits for one is stopped by another."""

import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NUMBER = re.compile(r"\b(74050\d\d)\b")
THINGS = {
    "7405003": {"0001_position.sql", "0030_positions_listed.sql"},
    "7405004": {"redraw_alone.sql", "load.py", "0004_audit.sql"},
    "7405005": {"await_moves.sql", "move_alone.sql", "cells.py", "0002_place_by_address.sql"},
    "7405006": {"0010_change.sql", "0016_prune_what_is_over.sql"},
    "7405007": {"0029_track_lines.sql", "0032_track_places.sql", "0033_track_areas.sql"},
    "7405010": {
        "hold_fences.sql",
        "lock_versions.sql",
        "0035_fence_shape.sql",
        "0035_fence.sql",
        "0043_fences_followed.sql",
        "0063_fences_together.sql",
    },
}


def test_each_number_is_for_one_thing() -> None:
    found = defaultdict[str, set[str]](set)
    for folder in ("gis_gov", "migrations"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in {".sql", ".py"} and "node_modules" not in path.parts:
                for number in NUMBER.findall(path.read_text(encoding="utf-8")):
                    found[number].add(path.name)
    assert len(found) > 10
    for number, names in found.items():
        assert names <= THINGS.get(number, names if len(names) == 1 else set()), number
