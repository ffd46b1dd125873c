"""Areas, grids and standard addresses."""

from gis_gov.areas.tables import AREA_LEVELS, GRID_LAYERS, area, grid
from gis_gov.ingest.kinds.fields import ACCURACY, VALIDITY, code, name, names, place, reference
from gis_gov.ingest.spec import Field, Kind, Place, Reference, Type
from gis_gov.ingest.words import GRID_LAYER_WORDS, LEVEL_WORDS, choices
from gis_gov.registry.tables import address

AREAS = Kind(
    name="areas",
    table=area,
    fields=(
        code(
            "adcode areacode 区划代码 行政区划代码 统计用区划代码 admincode towncode", required=True
        ),
        name("区划名称 行政区划名称 townname", required=True),
        Field(
            "level",
            Type.CHOICE,
            names("级别 层级 行政级别"),
            choices=choices(AREA_LEVELS, LEVEL_WORDS),
        ),
        reference("parent_code", "上级代码 上级编码 父级代码 上级区划代码 parent"),
        *VALIDITY,
        Field("successors", Type.LIST, names("继任代码 变更后代码"), column=""),
    ),
    place=Place.POLYGON,
    references=(Reference("parent_code", "parent_id", "area", "unknown_parent"),),
)
GRIDS = Kind(
    name="grids",
    table=grid,
    fields=(
        code("网格编码 网格代码 网格编号 网格号 gridcode grid_id gridid", required=True),
        name("网格名称 网格名", required=False),
        reference(
            "area_code", "社区编码 社区代码 村社区代码 村社区编码 所属社区编码 区划代码 areacode"
        ),
        Field(
            "layer",
            Type.CHOICE,
            names("网格类型 网格类别 图层"),
            default="base",
            choices=choices(GRID_LAYERS, GRID_LAYER_WORDS),
        ),
        Field("households", Type.INTEGER, names("户数 总户数 住户数"), low=0, high=1e9),
        Field("population", Type.INTEGER, names("人口 人口数 人数 总人口"), low=0, high=1e9),
        reference("parent_code", "上级网格编码 上级网格"),
        *VALIDITY,
    ),
    place=Place.POLYGON,
    place_required=True,
    references=(
        Reference("area_code", "area_id", "area", "unknown_area"),
        Reference("parent_code", "parent_id", "grid", "unknown_parent"),
    ),
)
ADDRESSES = Kind(
    name="addresses",
    table=address,
    fields=(
        code("地址编码 标准地址编码 地址代码 address_id addressid"),
        Field(
            "full_text",
            Type.TEXT,
            names(
                "标准地址 地址全称 详细地址 地址 原始地址 地址名称 全地址 门牌地址 fulladdress "
                "full_address address addr 地點 地点"
            ),
            required=True,
        ),
        Field("level", Type.INTEGER, names("地址级别 地址层级"), low=10, high=69),
        Field("elements", Type.ELEMENTS, names("地址要素"), default="[]"),
        Field("aliases", Type.LIST, names("别名 曾用名 alias"), default="{}"),
        *VALIDITY,
        *place(),
        ACCURACY,
    ),
    identity=("full_text",),
    place=Place.POINT,
    has_provenance=True,
)
