"""Resources and workers."""

from gis_gov.ingest.kinds.fields import (
    ACCURACY,
    ADDRESS_CODE,
    PHONE,
    TO_ADDRESS,
    code,
    name,
    names,
    place,
    reference,
)
from gis_gov.ingest.spec import Field, Kind, Place, Reference, Type
from gis_gov.ingest.words import RESOURCE_KIND_WORDS, choices
from gis_gov.patrols.tables import worker
from gis_gov.resources.tables import RESOURCE_KINDS, resource

RESOURCES = Kind(
    name="resources",
    table=resource,
    fields=(
        code("资源编码 设备编码 设备编号 摄像头编号 监控点编号 osm_id osmid"),
        Field(
            "kind",
            Type.CHOICE,
            names("资源类型 资源类别"),
            required=True,
            choices=choices(RESOURCE_KINDS, RESOURCE_KIND_WORDS),
        ),
        name(
            "点位名称 监控点名称 设备名称 场所名称 stopname title description desc 说明",
            required=True,
        ),
        Field("class", Type.TEXT, names("类别 设备类型 摄像机类型 分类 fclass")),
        Field("owner", Type.TEXT, names("所属单位 权属单位 建设单位 operator")),
        Field(
            "azimuth_deg",
            Type.BEARING,
            names("azimuth 方位角 朝向 安装朝向 监视方位 direction heading bearing"),
            soft=True,
        ),
        Field(
            "field_of_view_deg",
            Type.NUMBER,
            names("视场角 可视角 fov"),
            low=1e-9,
            high=360,
            soft=True,
        ),
        Field("range_m", Type.NUMBER, names("可视距离 监控距离 range"), low=1e-9, soft=True),
        Field("gb28181_id", Type.CODE, names("国标编码 国标id gbid deviceid 国标编号")),
        Field("stream_url", Type.TEXT, names("视频流地址 流地址 streamurl rtsp")),
        ADDRESS_CODE,
        *place(),
        ACCURACY,
    ),
    identity=("kind", "name", "place", "azimuth_deg"),
    place=Place.POINT,
    references=(TO_ADDRESS,),
    has_provenance=True,
)
WORKERS = Kind(
    name="workers",
    table=worker,
    fields=(
        code("工号 网格员编号 人员编码 workerid", required=True),
        name("姓名 网格员姓名 网格员", required=True),
        PHONE,
        Field("kind", Type.TEXT, names("人员类型 人员类别 专兼职")),
        Field("organisation", Type.TEXT, names("所属机构 所属单位 单位 organization 部门")),
        reference("area_code", "所属区划代码 社区编码 所属社区编码 区划代码"),
        Field(
            "grid_codes",
            Type.LIST,
            names("grid_code 网格编码 负责网格 责任网格 所属网格编码"),
            column="",
        ),
        # Of the worker's terms in these grids: a worker as such has no validity.
        Field(
            "valid_from",
            Type.DATE,
            names("生效日期 启用日期 上岗日期 任职日期 入职日期"),
            column="",
        ),
        Field(
            "valid_to",
            Type.DATE,
            names("失效日期 停用日期 离岗日期 卸任日期 离职日期"),
            column="",
        ),
    ),
    references=(Reference("area_code", "area_id", "area", "unknown_area"),),
)
