"""Rights in the village, what may be counted under them, and how to ask for it."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import h3
import httpx
import pandas as pd

from tests.counting.village import DISTRICT, SOUTH, STEP, WEST
from tests.signed_in import bearer, make_key

STREET, COMMUNITY = f"{DISTRICT}001", f"{DISTRICT}001002"
GRID = f"{COMMUNITY}G03"
COUNTED = ("persons", "buildings", "dwellings", "enterprises", "events")
LEVELS = ("grid", "community", "street", "district")
BOX = (WEST + STEP / 3, SOUTH, WEST + 3.1 * STEP, SOUTH + 1.7 * STEP)


@dataclass(frozen=True)
class Grant:
    """A role in a place, for some classes or a department, and what may be counted under it."""

    role: str
    place: str = ""
    classes: tuple[str, ...] | None = None
    department: str | None = None

    def key(self, url: str) -> dict[str, str]:
        place = {"grid" if "G" in self.place else "area": self.place} if self.place else {}
        token = make_key(url, self.role, classes=self.classes, department=self.department, **place)
        return bearer(token)

    def counted(self, things: pd.DataFrame) -> pd.DataFrame:
        column = "grid" if "G" in self.place else "area"
        kept = things[things[column].fillna("").str.startswith(self.place)]
        if self.classes is not None:
            kept = kept[(kept["layer"] != "persons") | kept["class"].isin(self.classes)]
        if self.department is not None:
            kept = kept[(kept["layer"] != "events") | (kept["class"] == self.department)]
        return kept


EXACT = (
    Grant("commander"),
    Grant("supervisor", STREET),
    Grant("supervisor", COMMUNITY),
    Grant("grid_worker", GRID),
    Grant("department_officer", STREET, ("service", "rely")),
    Grant("department_officer", "", ("control",), "fire"),
    Grant("department_officer", GRID, None, "city"),
)


async def ask(
    asking: httpx.AsyncClient, path: str, headers: dict[str, str], **parameters: Any
) -> dict[str, Any]:
    answer = await asking.get(path, params=parameters, headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def cells_at(points: list[list[float]], resolution: int) -> Counter[str]:
    return Counter(
        h3.cell_to_parent(h3.latlng_to_cell(lat, lon, 12), resolution) for lat, lon in points
    )
