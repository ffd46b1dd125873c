"""Invented files for measuring the loader: a mesh of grids, addresses in GCJ-02, persons."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv

from gis_gov.db.run import sql_file
from gis_gov.geo.gcj02 import wgs84_to_gcj02

WEST, SOUTH, EAST, NORTH = 113.24, 22.83, 113.492, 23.028
"""The district, EPSG:4490: 45 x 45 grids of 0.28 km²."""
ADDRESSES_A_BUILDING = 12
CHUNK = 250_000
_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_CHECK_DIGITS = np.array(list("10X98765432"))


def write_mesh(conn: psycopg.Connection[Any]) -> None:
    """Make a district of 16 streets, 275 communities and 2,025 grids."""
    conn.execute(sql_file(__package__, "mesh"))


def write_addresses(file: Path, count: int, random: np.random.Generator) -> None:
    """Write a CSV of addresses in GCJ-02, several to a building."""
    buildings = -(-count // ADDRESSES_A_BUILDING)
    lon, lat = wgs84_to_gcj02(
        random.uniform(WEST, EAST, buildings), random.uniform(SOUTH, NORTH, buildings)
    )
    _write(file, (_addresses(numbers, lon, lat) for numbers in _chunks(count)))


def write_persons(file: Path, count: int, addresses: int, random: np.random.Generator) -> None:
    """Write a CSV of persons who live at the addresses; their ID numbers can't be anyone's."""
    _write(file, (_persons(numbers, addresses, random) for numbers in _chunks(count)))


def _chunks(count: int) -> Iterator[NDArray[np.int64]]:
    for start in range(0, count, CHUNK):
        yield np.arange(start, min(start + CHUNK, count))


def _write(file: Path, tables: Iterator[pa.Table]) -> None:
    first = next(tables)
    with csv.CSVWriter(file, first.schema) as writer:
        writer.write_table(first)
        for table in tables:
            writer.write_table(table)


def _addresses(
    numbers: NDArray[np.int64], lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> pa.Table:
    building = numbers // ADDRESSES_A_BUILDING
    street, door = _text(building // 400), _text(building % 400 + 1)
    room = _text(numbers % ADDRESSES_A_BUILDING + 101)
    return pa.table(
        {
            "code": _joined("A", _text(numbers)),
            "full_text": _joined("云津市澄屿区第", street, "路", door, "号", room, "室"),
            "lon": np.round(lon[building], 7),
            "lat": np.round(lat[building], 7),
        }
    )


def _persons(numbers: NDArray[np.int64], addresses: int, random: np.random.Generator) -> pa.Table:
    home = random.integers(0, addresses, len(numbers))
    return pa.table(
        {
            "code": _joined("P", _text(numbers)),
            "name": _joined("某", _text(numbers % 997)),
            "id_number": _id_numbers(numbers),
            "phone": _joined("154", _text(numbers + 10_000_000)),
            "address_code": _joined("A", _text(home)),
        }
    )


def _id_numbers(numbers: NDArray[np.int64]) -> pa.Array:
    """Make distinct numbers with a right check digit, in region 99, which does not exist."""
    day = np.datetime64("1940-01-01") + (numbers % 29_000).astype("timedelta64[D]")
    date = np.char.replace(day.astype(str), "-", "")
    order = numbers // 29_000
    region = 9900 + order // 999 % 100
    first = np.array([f"{area}01" for area in region])
    body = np.char.add(np.char.add(first, date), np.char.zfill((order % 999 + 1).astype(str), 3))
    digits = body.astype("U17").view("U1").reshape(len(body), 17).astype(np.int64)
    check = _CHECK_DIGITS[(digits * _WEIGHTS).sum(axis=1) % 11]
    return pa.array(np.char.add(body, check))


def _text(numbers: NDArray[np.int64]) -> pa.Array:
    return pc.cast(pa.array(numbers), pa.string())


def _joined(*parts: str | pa.Array) -> pa.Array:
    return pc.call_function("binary_join_element_wise", [*parts, pa.scalar("")])
