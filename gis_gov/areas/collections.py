"""Areas and grids as collections."""

from typing import Any

from sqlalchemy import Select, select

from gis_gov.access.actor import Actor
from gis_gov.access.permissions import Permission
from gis_gov.areas.tables import AREA_LEVELS, GRID_LAYERS, area, grid
from gis_gov.collection import Collection, Property, column, plain_feature, selected, shape_column
from gis_gov.cql.kinds import Kind, Queryable

_above = area.alias("above")
_around = grid.alias("around")

_AREA: tuple[Property, ...] = (
    column(area.c.code, Kind.TEXT, "Natural key"),
    column(area.c.name, Kind.TEXT, "Name"),
    column(area.c.level, Kind.TEXT, "Level", choices=AREA_LEVELS),
    column(_above.c.code, Kind.TEXT, "Code of the area above", name="parent_code"),
    column(area.c.valid_from, Kind.DATE, "First day"),
    column(area.c.valid_to, Kind.DATE, "Last day"),
)
_GRID: tuple[Property, ...] = (
    column(grid.c.code, Kind.TEXT, "Natural key"),
    column(grid.c.name, Kind.TEXT, "Name"),
    column(grid.c.layer, Kind.TEXT, "Layer", choices=GRID_LAYERS),
    column(area.c.code, Kind.TEXT, "Code of the area that it lies in", name="area_code"),
    column(_around.c.code, Kind.TEXT, "Code of the grid above", name="parent_code"),
    column(grid.c.area_m2, Kind.NUMBER, "Area, square metres (geodesic)"),
    column(grid.c.valid_from, Kind.DATE, "First day"),
    column(grid.c.valid_to, Kind.DATE, "Last day"),
)


def _areas(actor: Actor) -> Select[Any]:
    return (
        select(*selected(_AREA, actor), shape_column(area.c.geom))
        .select_from(area)
        .outerjoin(_above, _above.c.id == area.c.parent_id)
    )


def _grids(actor: Actor) -> Select[Any]:
    return (
        select(*selected(_GRID, actor), shape_column(grid.c.geom))
        .select_from(grid)
        .outerjoin(area, area.c.id == grid.c.area_id)
        .outerjoin(_around, _around.c.id == grid.c.parent_id)
    )


AREAS = Collection(
    name="areas",
    title="Administrative areas",
    title_zh="行政区划",
    description="The governance tree, from the province to the community; those that have"
    " no end, unless another time is asked for.",
    right=Permission.MAP_READ,
    key=area.c.code,
    rows=_areas,
    feature=plain_feature(_AREA),
    properties=_AREA,
    shape=lambda _actor: Queryable(Kind.GEOMETRY, area.c.geom),
    shape_type="MultiPolygon",
    times=("valid_from", "valid_to"),
    current=area.c.valid_to.is_(None),
)
GRIDS = Collection(
    name="grids",
    title="Grids",
    title_zh="网格",
    description="Grids of all layers; those that have no end, unless another time is asked for.",
    right=Permission.MAP_READ,
    key=grid.c.code,
    rows=_grids,
    feature=plain_feature(_GRID),
    properties=_GRID,
    shape=lambda _actor: Queryable(Kind.GEOMETRY, grid.c.geom),
    shape_type="MultiPolygon",
    times=("valid_from", "valid_to"),
    current=grid.c.valid_to.is_(None),
)
COLLECTIONS = (AREAS, GRIDS)
