"""Each category of each measure, and each of its values, against what pandas counts of the rows."""

from collections import Counter
from typing import Any

import httpx
import pandas as pd
import pytest

from gis_gov.statistics.categories import CATEGORIES
from tests.counting.granted import Grant, ask
from tests.statistics.told_apart import (
    ALWAYS_KNOWN,
    COLUMNS,
    EVERY,
    GRANTS,
    things_of,
    units_of,
    values_of,
)

PATH = "/statistics/categories"


def told_of(found: dict[str, Any], *names: str) -> dict[tuple[Any, ...], int]:
    told = {
        (row.get("code"), *(row[name] for name in names)): row["count"] for row in found["rows"]
    }
    assert len(told) == len(found["rows"])
    return told


def test_the_columns_are_all_there_are() -> None:
    assert {*COLUMNS, ("persons", "age_band")} == set(EVERY)


@pytest.mark.parametrize(("layer", "name"), EVERY, ids=str)
def test_each_has_several_values_and_an_unknown_one(
    tables: tuple[str, dict[str, pd.DataFrame]], layer: str, name: str
) -> None:
    """Lest the comparisons below compare nothing."""
    values = values_of(things_of(tables[1], layer, GRANTS[0]), layer, name)
    assert values.dropna().nunique() >= 2
    never_unknown = (layer, name) in ALWAYS_KNOWN or name == "state"
    assert values.isna().any() != never_unknown


@pytest.mark.parametrize("level", [None, "grid", "community", "district"])
@pytest.mark.parametrize("grant", GRANTS, ids=str)
@pytest.mark.parametrize(("layer", "name"), EVERY, ids=str)
async def test_each_value_of_each_category_is_what_pandas_counts(
    told_apart: httpx.AsyncClient,
    tables: tuple[str, dict[str, pd.DataFrame]],
    layer: str,
    name: str,
    grant: Grant,
    level: str | None,
) -> None:
    url, read = tables
    asked = {"measure": layer, "by": name, **({"level": level} if level else {})}
    found = await ask(told_apart, PATH, grant.key(url), **asked)
    things = things_of(read, layer, grant)
    wanted = Counter(zip(units_of(things, level), values_of(things, layer, name), strict=True))
    assert told_of(found, name) == dict(wanted)
    assert found["total"] == len(things) > 0


@pytest.mark.parametrize("layer", [layer for layer, known in CATEGORIES.items() if len(known) > 1])
@pytest.mark.parametrize("level", [None, "grid"])
async def test_all_categories_of_a_measure_at_once(
    told_apart: httpx.AsyncClient,
    tables: tuple[str, dict[str, pd.DataFrame]],
    layer: str,
    level: str | None,
) -> None:
    url, read = tables
    names = list(CATEGORIES[layer])
    asked = {"measure": layer, "by": ",".join(names), **({"level": level} if level else {})}
    found = await ask(told_apart, PATH, GRANTS[0].key(url), **asked)
    things = things_of(read, layer, GRANTS[0])
    columns = [values_of(things, layer, name) for name in names]
    wanted = Counter(zip(units_of(things, level), *columns, strict=True))
    assert told_of(found, *names) == dict(wanted)
