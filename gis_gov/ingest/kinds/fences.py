"""Geofences."""

from typing import Any

from gis_gov.fences.fence_schemas import FenceNew
from gis_gov.fences.tables import fence
from gis_gov.ingest.kinds.fields import code, name, names, reference
from gis_gov.ingest.spec import Field, Kind, Place, Reference, Type
from gis_gov.ingest.words import TELLS_WORDS, YES_NO_WORDS, choices


def _default(member: str) -> Any:
    return FenceNew.model_fields[member].default


def _number(member: str, text: str) -> Field:
    return Field(member, Type.NUMBER, names(text), default=_default(member))


# Names of ten letters are those that a Shapefile cuts off. Ranges and rules are those of what is
# sent over HTTP: `fence_rows` asks its model for them.
FENCES = Kind(
    name="fences",
    table=fence,
    fields=(
        code("围栏编码 围栏编号 围栏代码 围栏号 fencecode fenceid geofenceid", required=True),
        name("围栏名称 fencename", required=False),
        reference("grid_code", "网格编码 网格代码 网格编号 所属网格编码 grid gridid"),
        reference("area_code", "区划代码 社区编码 社区代码 所属社区编码 所属区划代码 area"),
        _number("width_m", "走廊宽度 廊道宽度 通道宽度 宽度 width"),
        Field(
            "tells",
            Type.LIST,
            names("围栏类型 告警类型 报警类型 触发类型 触发方式 触发条件"),
            default=f"{{{','.join(_default('tells'))}}}",
            choices=choices(tuple(TELLS_WORDS), TELLS_WORDS),
        ),
        _number("dwell_s", "停留时间 停留时长 驻留时间 驻留时长"),
        _number("hysteresis_m", "回差 回差距离 容差 hysteresis"),
        Field("windows", Type.TEXT, names("生效时段 时段 时间段 时间窗")),
        Field("weekdays", Type.LIST, names("星期 生效星期 周几 weekday"), column=""),
        Field("from", Type.CLOCK, names("开始时间 起始时间 开始时刻 begins starttime"), column=""),
        Field("to", Type.CLOCK, names("结束时间 终止时间 结束时刻 ends endtime"), column=""),
        Field("valid_from", Type.MOMENT, names("生效日期 启用日期 生效时间 启用时间 有效期起")),
        Field("valid_to", Type.MOMENT, names("失效日期 停用日期 失效时间 停用时间 有效期止")),
        reference(
            "for_area_code", "监管区划代码 适用区划代码 人员所属区划代码 for_area for_area_c"
        ),
        Field(
            "for_worker_codes",
            Type.LIST,
            names("监管人员工号 适用人员工号 人员工号 工号 网格员编号 for_workers for_worker"),
            column="",
        ),
        _number("away_s", "离岗时间 离岗时长 允许离开时长"),
        _number("alone_s", "独处时间 独处时长 单人时长"),
        _number("near_m", "最小间距 间距"),
        _number("near_s", "接近时间 接近时长"),
        Field(
            "is_active",
            Type.CHOICE,
            names("是否启用 是否生效 启用 启用状态 active enabled"),
            default="true",
            choices=choices(tuple(YES_NO_WORDS), YES_NO_WORDS),
        ),
    ),
    place=Place.SHAPE,
    references=(
        Reference("grid_code", "of_grid_id", "grid", "unknown_grid"),
        Reference("area_code", "of_area_id", "area", "unknown_area"),
        Reference("for_area_code", "for_area_id", "area", "unknown_area"),
    ),
)
