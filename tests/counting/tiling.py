"""A district tiled at random, written to a database, and what plain shapely says of it.

A base grid has a hole with an exclusive grid in it; one street has grids but no community; a
retired grid still has its events; points lie on corners, outside everything, and nowhere.
"""

import json
from dataclasses import dataclass
from typing import Any, LiteralString

import numpy as np
import pandas as pd
import psycopg
import shapely
from psycopg import sql
from shapely import Polygon

from gis_gov.geo.cells import cells_of

WEST, SOUTH, SIDE = 113.30, 22.90, 0.04
DISTRICT = shapely.box(WEST, SOUTH, WEST + SIDE, SOUTH + SIDE)
AREAS = {  # code: level, parent
    "440199": ("district", None),
    "440199001": ("street", "440199"),
    "440199002": ("street", "440199"),
    "440199003": ("street", "440199"),
    "440199004": ("street", "440199"),
    "440199001001": ("community", "440199001"),
    "440199001002": ("community", "440199001"),
    "440199002001": ("community", "440199002"),
}
# The third street has no community; the fourth has nothing at all.
LEAVES = ("440199001001", "440199001002", "440199002001", "440199003")
BY_ADDRESS = ("persons", "buildings", "dwellings", "enterprises")
OWN = ("addresses", "events", "cameras", "centres", "pois", "positions")


@dataclass(frozen=True)
class Grid:
    """A grid as it is now, or, retired, as it was when its events came."""

    code: str
    layer: str
    area: str
    shape: Polygon
    households: int | None
    retired: bool = False


@dataclass(frozen=True)
class World:
    """The database, its grids, and a row for each thing: layer, lon, lat, time, grid, area."""

    url: str
    grids: list[Grid]
    things: pd.DataFrame

    def area_of(self, area: str | None, level: str) -> str | None:
        """Return the code of the level's area in which, or as which, an area lies."""
        while area is not None:
            found, parent = AREAS[area]
            if found == level:
                return area
            area = parent
        return None


def tile(random: np.random.Generator) -> list[Grid]:
    """Cut the district into Voronoi cells: grids with shared edges, nine of them and a hole."""
    seeds = random.uniform((WEST, SOUTH), (WEST + SIDE, SOUTH + SIDE), (10, 2))
    parts = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=DISTRICT)
    )
    cells: list[Any] = list(shapely.set_precision(shapely.intersection(parts, DISTRICT), 1e-7))
    codes = random.permutation(10)
    grids = [
        Grid(
            f"{LEAVES[n % 4]}G{codes[n]:02}",
            "base",
            LEAVES[n % 4],
            shape,
            None if n == 5 else int(random.integers(300, 500)),
            retired=n == 9,
        )
        for n, shape in enumerate(cells)
    ]
    around = grids[0]
    middle: Any = shapely.affinity.scale(around.shape, 0.3, 0.3)
    holed = Grid(
        around.code,
        "base",
        around.area,
        Polygon(around.shape.difference(middle)),
        around.households,
    )
    return [holed, *grids[1:], Grid("X01", "exclusive", "440199002", middle, 12)]


def place(grids: list[Grid], lon: float, lat: float) -> tuple[str | None, str | None]:
    """Return the codes of grid and area, found one by one: base first, then by code."""
    point = shapely.Point(lon, lat)
    if np.isnan(lon):
        return None, None
    for grid in sorted(grids, key=lambda each: (each.layer != "base", each.code)):
        if shapely.covers(grid.shape, point):
            return grid.code, grid.area
    return None, "440199" if shapely.covers(DISTRICT, point) else None


def write_world(url: str, seed: int) -> World:
    """Write the district into an empty, migrated database."""
    random = np.random.default_rng(seed)
    grids = tile(random)
    with psycopg.connect(url) as conn, conn.cursor() as cursor:
        cursor.execute("select position_days(array['2026-03-01', '2026-03-02']::date[])")
        _write_areas(cursor)
        _write_grids(cursor, grids)
        things = _write_things(cursor, grids, random)
        _write_workers(cursor, grids[1])
        # The grid is retired after its events came; addresses and resources are placed anew.
        retired = next(grid for grid in grids if grid.retired)
        cursor.execute("update grid set valid_to = '2026-06-01' where code = %s", [retired.code])
    current = [grid for grid in grids if not grid.retired]
    kept = things["layer"].isin(["events", "positions"])
    for label, row in things[~kept].iterrows():
        things.loc[label, ["grid", "area"]] = place(current, row["lon"], row["lat"])  # type: ignore[index]
    for column in ("grid", "area"):
        things[column] = things[column].astype(object).where(things[column].notna(), None)
    return World(url, grids, things)


def _write_areas(cursor: psycopg.Cursor[Any]) -> None:
    for code, (level, parent) in AREAS.items():
        cursor.execute(
            "insert into area (code, name, level, parent_id, geom) values"
            " (%s, %s, %s, (select id from area where code = %s), %s)",
            [
                code,
                f"第{code}区",
                level,
                parent,
                f"SRID=4490;{shapely.MultiPolygon([DISTRICT]).wkt}" if parent is None else None,
            ],
        )


def _write_grids(cursor: psycopg.Cursor[Any], grids: list[Grid]) -> None:
    for grid in [*grids, Grid("M01", "micro", LEAVES[0], grids[0].shape, 30)]:
        cursor.execute(
            "insert into grid (code, name, layer, area_id, households, geom) values"
            " (%s, %s, %s, (select id from area where code = %s), %s, st_multi(%s))",
            [
                grid.code,
                f"网格 “{grid.code}”, 甲",
                grid.layer,
                grid.area,
                grid.households,
                f"SRID=4490;{shapely.to_wkt(grid.shape, rounding_precision=-1)}",
            ],
        )


def _write_workers(cursor: psycopg.Cursor[Any], grid: Grid) -> None:
    """Write two workers in a grid, one outside the district, and one whom nobody has seen."""
    inside, outside = grid.shape.representative_point(), shapely.Point(WEST - 1, SOUTH)
    for n, point in enumerate([inside, inside, outside, None]):
        cursor.execute("insert into worker (code, name) values (%s, 'x')", [f"w{n}"])
        if point is not None:
            cursor.execute(
                "insert into last_position (worker_id, device, time, geom, grid_id, area_id)"
                " select w.id, 'd', now(), p.geom, f.grid_id, f.area_id"
                " from worker as w, (select %s::geometry) as p (geom), place_of(p.geom) as f"
                " where w.code = %s",
                [f"SRID=4490;{shapely.to_wkt(point, rounding_precision=-1)}", f"w{n}"],
            )


def _write_things(
    cursor: psycopg.Cursor[Any], grids: list[Grid], random: np.random.Generator
) -> pd.DataFrame:
    margin = SIDE / 8
    corners = shapely.get_coordinates([grid.shape for grid in grids])
    parts: list[pd.DataFrame] = []
    for layer in OWN:
        spread = random.uniform(
            (WEST - margin, SOUTH - margin), (WEST + SIDE + margin, SOUTH + SIDE + margin), (150, 2)
        )
        crowd = random.normal((WEST + SIDE / 3, SOUTH + SIDE / 2), SIDE / 400, (80, 2))
        points = np.round(np.concatenate([spread, crowd, random.choice(corners, 20)]), 7)
        nowhere = [] if layer == "positions" else [[np.nan, np.nan]] * 5
        points = np.concatenate([points, np.array(nowhere).reshape(-1, 2)])
        made = pd.DataFrame({"layer": layer, "lon": points[:, 0], "lat": points[:, 1]})
        made["time"] = pd.Timestamp("2026-03-01T00:00+08:00") + pd.to_timedelta(
            random.integers(0, 2 * 86_400, len(made)), unit="s"
        )
        _write_points(cursor, layer, made)
        parts.append(made)
    placed = pd.concat(parts, ignore_index=True)
    placed[["grid", "area"]] = [place(grids, *point) for point in placed[["lon", "lat"]].to_numpy()]
    addresses = placed[placed["layer"] == "addresses"].reset_index(drop=True)
    residents = [_write_residents(cursor, layer, addresses, random) for layer in BY_ADDRESS]
    return pd.concat([placed, *residents], ignore_index=True)


_INSERT: dict[str, LiteralString] = {
    "addresses": """
        insert into address (code, full_text, geom, cell)
        select code, 'x', geom::geometry, cell from {}
    """,
    "events": """
        insert into event (code, reported_at, geom, cell)
        select code, time, geom::geometry, cell from {}
    """,
    "positions": """
        insert into position (device, time, geom, cell)
        select code, time, geom::geometry, cell from {}
    """,
    "resources": """
        insert into resource (code, kind, name, geom, cell)
        select code, rtrim(layer, 's'), 'x', geom::geometry, cell from {}
    """,
    "persons": """
        insert into person (code, name, address_id)
        select c.code, 'x', a.id from {} as c left join address as a on a.code = c.address_code
    """,
    "enterprises": """
        insert into enterprise (code, name, address_id)
        select c.code, 'x', a.id from {} as c left join address as a on a.code = c.address_code
    """,
    "houses": """
        insert into house (code, kind, address_id)
        select c.code, rtrim(c.layer, 's'), a.id
        from {} as c left join address as a on a.code = c.address_code
    """,
}
_COLUMNS = """json_to_recordset(%s::json) as {} (
    code text, layer text, time timestamptz, geom text, cell bigint, address_code text
)"""


def _write(cursor: psycopg.Cursor[Any], table: str, rows: list[dict[str, Any]]) -> None:
    alias = sql.Identifier("c")
    source = sql.SQL(_COLUMNS).format(alias)
    query = _INSERT[table].replace("{} as c", "{}")
    cursor.execute(sql.SQL(query).format(source), [json.dumps(rows)])


def _write_points(cursor: psycopg.Cursor[Any], layer: str, things: pd.DataFrame) -> None:
    rows: list[dict[str, Any]] = []
    for n, (lon, lat) in enumerate(things[["lon", "lat"]].to_numpy().tolist()):
        placed = np.isfinite(lon)
        rows.append(
            {
                "code": f"{layer}{n}",
                "layer": layer,
                "time": things["time"][n].isoformat(),
                "geom": f"SRID=4490;POINT({lon!r} {lat!r})" if placed else None,
                # Every fourth is written as by psql: without a cell.
                "cell": int(cells_of([lon], [lat])[0]) if placed and n % 4 else None,
            }
        )
    _write(cursor, layer if layer in _INSERT else "resources", rows)


def _write_residents(
    cursor: psycopg.Cursor[Any], layer: str, addresses: pd.DataFrame, random: np.random.Generator
) -> pd.DataFrame:
    living = addresses.iloc[random.integers(0, len(addresses), 300)].assign(layer=layer)
    # Some have no address at all.
    homeless = living.iloc[:7].assign(lon=np.nan, lat=np.nan, grid=None, area=None)
    rows = [
        {
            "code": f"{layer}{n}",
            "layer": layer,
            "address_code": None if at is None else f"addresses{at}",
        }
        for n, at in enumerate([*living.index, *[None] * len(homeless)])
    ]
    _write(cursor, layer if layer in _INSERT else "houses", rows)
    return pd.concat([living, homeless])
