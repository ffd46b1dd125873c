"""A district of hamlets: single houses beside blocks, so that many counts are small."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import psycopg
import shapely

from gis_gov.days import today
from gis_gov.geo.cells import cells_of

WEST, SOUTH, STEP, SIDES = 113.30, 22.90, 0.008, 4
DISTRICT = "440198"
AREAS = (
    {DISTRICT: "district"}
    | {f"{DISTRICT}00{street}": "street" for street in (1, 2)}
    | {f"{DISTRICT}00{street}00{n}": "community" for street in (1, 2) for n in (1, 2)}
)
COUNTED = ("persons", "buildings", "dwellings", "enterprises", "events")
CLASSES = ("service", "control", "rely", "other")
SEXES = ("male", "female", "unknown")
STATES = ("pending", "handling", "closed")
THIS_YEAR = today().year
NEWEST = pd.Timestamp("2026-03-01T08:00+08:00")
DEPARTMENTS = ("city", "fire", None)
LEVELS = {"district": 6, "street": 9, "community": 12}


@dataclass(frozen=True)
class Village:
    """The database; a row a thing, with what it is told apart by; a row a grid."""

    url: str
    things: pd.DataFrame
    grids: pd.DataFrame

    def units(self, things: pd.DataFrame, level: str) -> "pd.Series[str]":
        """Return in which unit of a level each thing lies; an empty text for none."""
        if level == "grid":
            return things["grid"].fillna("")
        length = LEVELS[level]
        code = things["area"].fillna("").str[:length]
        return code.where(code.str.len() == length, "")


def write_village(url: str, seed: int) -> Village:
    """Write the district into an empty, migrated database, and read back where things lie."""
    random = np.random.default_rng(seed)
    with psycopg.connect(url) as conn, conn.cursor() as cursor:
        _write_units(cursor, random)
        _write_things(cursor, random)
        things = pd.DataFrame(
            cursor.execute(_THINGS).fetchall(),
            columns=["layer", "lon", "lat", "cell", "grid", "area", "class", *TOLD_BY],
        )
        grids = pd.DataFrame(
            cursor.execute(
                "select g.code, a.code, g.households, g.area_m2 from grid as g"
                " join area as a on a.id = g.area_id order by g.code"
            ).fetchall(),
            columns=["grid", "area", "households", "area_m2"],
        )
    return Village(url, things, grids)


TOLD_BY = ("sex", "born", "state", "time")
_THINGS = """
    select
        t.layer, st_x(p.geom), st_y(p.geom), coalesce(p.cell, 0), g.code, a.code, t.class,
        t.sex, t.born, t.state, t.time
    from (
        select
            'persons' as layer, address_id, person_class as class, sex,
            extract(year from birth_date)::int as born, null as state, null::timestamptz as time
        from person
        union all
        select kind || 's', address_id, null, null, null, null, null from house
        union all
        select 'enterprises', address_id, null, null, null, null, null from enterprise
        union all
        select 'events', -id, department, null, null, state, reported_at from event
    ) as t
    left join (
        select id, geom, cell, grid_id, area_id from address
        union all
        select -id, geom, cell, grid_id, area_id from event
    ) as p on p.id = t.address_id
    left join grid as g on g.id = p.grid_id
    left join area as a on a.id = p.area_id
    order by t.layer, p.id
"""


def _write_units(cursor: psycopg.Cursor[Any], random: np.random.Generator) -> None:
    side = SIDES * STEP
    for code, level in AREAS.items():
        geom = shapely.MultiPolygon([shapely.box(WEST, SOUTH, WEST + side, SOUTH + side)])
        cursor.execute(
            "insert into area (code, name, level, parent_id, geom) values"
            " (%s, 'x', %s, (select id from area where code = %s), %s)",
            [code, level, code[:-3], f"SRID=4490;{geom.wkt}" if level == "district" else None],
        )
    for n in range(SIDES * SIDES):
        row, column = divmod(n, SIDES)
        west, south = WEST + column * STEP, SOUTH + row * STEP
        area = f"{DISTRICT}00{1 + row // 2}00{1 + column // 2}"
        # Some declare very few households, one none, one nothing.
        households = {3: None, 5: 0}.get(n, int(random.choice([3, 6, 40, 300])))
        geom = shapely.MultiPolygon([shapely.box(west, south, west + STEP, south + STEP)])
        cursor.execute(
            "insert into grid (code, name, area_id, households, geom) values"
            " (%s, 'x', (select id from area where code = %s), %s, %s)",
            [f"{area}G{n:02}", area, households, f"SRID=4490;{geom.wkt}"],
        )


def _write_things(cursor: psycopg.Cursor[Any], random: np.random.Generator) -> None:
    side = SIDES * STEP
    hamlets = random.uniform((WEST, SOUTH), (WEST + side, SOUTH + side), (45, 2))
    points = np.concatenate(
        [random.normal(hamlet, 0.0004, (int(random.integers(1, 6)), 2)) for hamlet in hamlets]
        + [random.uniform(WEST - 0.004, WEST, (4, 2)) - (0, WEST - SOUTH)]  # outside
    )
    addresses: list[int] = []
    for n, (lon, lat) in enumerate(points.tolist()):
        row = cursor.execute(
            "insert into address (code, full_text, geom, cell) values"
            " (%s, 'x', st_point(%s, %s, 4490), %s) returning id",
            [f"a{n}", lon, lat, int(cells_of([lon], [lat])[0])],
        ).fetchone()
        assert row
        addresses.append(row[0])
        cursor.execute(
            "insert into event (code, reported_at, state, department, geom, cell)"
            " values (%s, %s, %s, %s, st_point(%s, %s, 4490), %s)",
            [
                f"e{n}",
                # Two years and some, the days and hours all over, and dense towards the end.
                (NEWEST - pd.Timedelta(hours=int(n**2.1))).to_pydatetime(),
                STATES[n % 5 % 3],
                DEPARTMENTS[n % 3],
                lon,
                lat,
                int(cells_of([lon], [lat])[0]),
            ],
        )
    for n, address in enumerate([*addresses, None]):
        sizes = {
            "person": int(random.choice([0, 1, 2, 3, 4, 5, 12, 30])),
            "building": 1,
            "dwelling": int(random.choice([0, 1, 2, 4, 15])),
            "enterprise": int(random.choice([0, 0, 1, 3])),
        }
        for kind, size in sizes.items():
            codes = [f"{kind}{n}-{m}" for m in range(size)]
            _INSERTS[kind](cursor, codes, address)
    cursor.execute("update house set floors = nullif(id % 7, 0), area_m2 = 10.5 * (1 + id % 3)")
    cursor.execute("update event set level = (array['grid', 'street', null])[1 + id % 3]")


def _insert_persons(cursor: psycopg.Cursor[Any], codes: list[str], address: int | None) -> None:
    classes = [CLASSES[n % 4] for n in range(len(codes))]
    cursor.execute(
        "insert into person (code, name, address_id, person_class, sex, birth_date)"
        " select c.code, 'x', %s, c.class, c.sex, make_date(c.born, 7, 2)"
        " from unnest(%s::text[], %s::text[], %s::text[], %s::int[]) as c (code, class, sex, born)",
        [
            address,
            codes,
            classes,
            [SEXES[n % 7 % 3] for n in range(len(codes))],
            [None if n % 11 == 5 else THIS_YEAR - n * 7 % 97 for n in range(len(codes))],
        ],
    )


def _insert_enterprises(cursor: psycopg.Cursor[Any], codes: list[str], address: int | None) -> None:
    cursor.execute(
        "insert into enterprise (code, name, address_id)"
        " select c, 'x', %s from unnest(%s::text[]) as c",
        [address, codes],
    )


def _insert_houses(cursor: psycopg.Cursor[Any], codes: list[str], address: int | None) -> None:
    cursor.execute(
        "insert into house (code, kind, address_id)"
        " select c, substring(c from '^[a-z]+'), %s from unnest(%s::text[]) as c",
        [address, codes],
    )


_INSERTS = {
    "person": _insert_persons,
    "building": _insert_houses,
    "dwelling": _insert_houses,
    "enterprise": _insert_enterprises,
}
