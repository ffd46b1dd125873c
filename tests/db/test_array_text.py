"""What is written as the text of an array is read as it was."""

from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import AsyncConnection

from gis_gov.db.array_text import numbers, texts

pytestmark = pytest.mark.anyio

INTEGERS = st.integers(-(2**63), 2**63 - 1)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
# PostgreSQL stores no zero byte, and UTF-8 has no halves of surrogates.
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


def read(url: str, kind: str, text: str) -> Any:
    with psycopg.connect(url) as conn:
        return conn.execute(f"select %s::{kind}[]", [text]).fetchone()[0]  # type: ignore[arg-type,index]


@given(st.lists(st.none() | FLOATS), st.lists(st.none() | INTEGERS), st.lists(st.booleans()))
def test_numbers(
    database_url: str,
    floats: list[float | None],
    integers: list[int | None],
    booleans: list[bool],
) -> None:
    assert read(database_url, "float8", numbers(floats)) == floats
    assert read(database_url, "bigint", numbers(integers)) == integers
    assert read(database_url, "boolean", numbers(booleans)) == booleans


@given(st.lists(st.none() | TEXTS | st.sampled_from(["null", "", "{}", '{"a": "\\""}', "a,b"])))
def test_texts(database_url: str, values: list[str | None]) -> None:
    assert read(database_url, "text", texts(values)) == values


async def test_moments_are_those_of_the_seconds_in_their_order(conn: AsyncConnection[Any]) -> None:
    seconds = [1_772_323_200.123456, None, -1.5, 1_772_323_200.0, 253_370_764_800.0]
    asked = {"seconds": numbers(seconds)}
    query = (
        "select array(select extract(epoch from u)::float8 from unnest(moments(%(seconds)s)) as u)"
    )
    assert await (await conn.execute(query, asked)).fetchone() == (seconds,)
