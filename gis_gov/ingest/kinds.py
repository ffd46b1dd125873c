"""The kinds of data that can be loaded, field by field.

A field's own name is always known; after it come the names that files give it, the likeliest
first. They are generic: Chinese government tables (简 and 繁), OSM extracts of Geofabrik, service
requests of US cities (311), GPS logs. What is special to one publisher is in dialects.yaml.
"""

from collections.abc import Mapping

from gis_gov.areas.tables import AREA_LEVELS, GRID_LAYERS, area, grid
from gis_gov.events.tables import EVENT_LEVELS, EVENT_STATES, event
from gis_gov.ingest.header import folded
from gis_gov.ingest.spec import Field, Kind, Place, Reference, Type
from gis_gov.ingest.words import (
    EVENT_LEVEL_WORDS,
    GRID_LAYER_WORDS,
    HOUSE_KIND_WORDS,
    LEVEL_WORDS,
    PERSON_CLASS_WORDS,
    RESOURCE_KIND_WORDS,
    SEX_WORDS,
    STATE_WORDS,
    choices,
)
from gis_gov.patrols.tables import position
from gis_gov.registry.tables import (
    HOUSE_KINDS,
    PERSON_CLASSES,
    SEXES,
    address,
    enterprise,
    house,
    person,
)
from gis_gov.resources.tables import RESOURCE_KINDS, resource, worker


def _names(text: str) -> tuple[str, ...]:
    return tuple(folded(name) for name in text.split())


def _code(text: str = "", *, required: bool = False) -> Field:
    return Field("code", Type.CODE, _names(f"{text} 编码 编号 代码 代碼 编码号 id"), required)


def _name(text: str = "", *, required: bool = True) -> Field:
    return Field("name", Type.TEXT, _names(f"{text} 名称 名稱 名字"), required)


def _reference(name: str, text: str = "") -> Field:
    return Field(name, Type.CODE, _names(text), column="")


def _place(text_lon: str = "", text_lat: str = "") -> tuple[Field, Field]:
    return (
        Field(
            "lon",
            Type.NUMBER,
            _names(f"{text_lon} longitude lng long 经度 經度 x坐标 x x坐標 坐标x point_x"),
            column="",
        ),
        Field(
            "lat",
            Type.NUMBER,
            _names(f"{text_lat} latitude 纬度 緯度 y坐标 y y坐標 坐标y point_y"),
            column="",
        ),
    )


_ACCURACY = Field("accuracy_m", Type.NUMBER, _names("accuracy 精度 定位精度"), low=0, soft=True)
_VALIDITY = (
    Field("valid_from", Type.DATE, _names("生效日期 启用日期")),
    Field("valid_to", Type.DATE, _names("失效日期 停用日期")),
)
_PHONE = Field(
    "phone", Type.TEXT, _names("手机号 手机号码 联系电话 电话 手机 電話 联系方式 mobile tel")
)
_ADDRESS_CODE = _reference("address_code", "地址编码 标准地址编码 地址代码")
_ADDRESS_TEXT = Field(
    "address_text",
    Type.TEXT,
    _names(
        "地址 详细地址 居住地址 现住址 现居住地址 现居地 住址 家庭住址 经营地址 注册地址 所在地址 "
        "坐落 address 地點 地点"
    ),
    column="",
)
_ADDRESS = Reference("address_code", "address_id", "address", "unknown_address")
_WORKER = Reference("worker_code", "worker_id", "worker", "unknown_worker")

AREAS = Kind(
    name="areas",
    table=area,
    fields=(
        _code(
            "adcode areacode 区划代码 行政区划代码 统计用区划代码 admincode towncode", required=True
        ),
        _name("区划名称 行政区划名称 townname", required=True),
        Field(
            "level",
            Type.CHOICE,
            _names("级别 层级 行政级别"),
            choices=choices(AREA_LEVELS, LEVEL_WORDS),
        ),
        _reference("parent_code", "上级代码 上级编码 父级代码 上级区划代码 parent"),
        *_VALIDITY,
        Field("successors", Type.LIST, _names("继任代码 变更后代码"), column=""),
    ),
    place=Place.POLYGON,
    references=(Reference("parent_code", "parent_id", "area", "unknown_parent"),),
)
GRIDS = Kind(
    name="grids",
    table=grid,
    fields=(
        _code("网格编码 网格代码 网格编号 网格号 gridcode grid_id gridid", required=True),
        _name("网格名称 网格名", required=False),
        _reference(
            "area_code", "社区编码 社区代码 村社区代码 村社区编码 所属社区编码 区划代码 areacode"
        ),
        Field(
            "layer",
            Type.CHOICE,
            _names("网格类型 网格类别 图层"),
            default="base",
            choices=choices(GRID_LAYERS, GRID_LAYER_WORDS),
        ),
        Field("households", Type.INTEGER, _names("户数 总户数 住户数"), low=0, high=1e9),
        Field("population", Type.INTEGER, _names("人口 人口数 人数 总人口"), low=0, high=1e9),
        _reference("parent_code", "上级网格编码 上级网格"),
        *_VALIDITY,
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
        _code("地址编码 标准地址编码 地址代码 address_id addressid"),
        Field(
            "full_text",
            Type.TEXT,
            _names(
                "标准地址 地址全称 详细地址 地址 原始地址 地址名称 全地址 门牌地址 fulladdress "
                "full_address address addr 地點 地点"
            ),
            required=True,
        ),
        Field("level", Type.INTEGER, _names("地址级别 地址层级"), low=10, high=69),
        Field("elements", Type.ELEMENTS, _names("地址要素"), default="[]"),
        Field("aliases", Type.LIST, _names("别名 曾用名 alias"), default="{}"),
        *_VALIDITY,
        *_place(),
        _ACCURACY,
    ),
    identity=("full_text",),
    place=Place.POINT,
    has_provenance=True,
)
HOUSES = Kind(
    name="houses",
    table=house,
    fields=(
        _code("房屋编码 房屋代码 建筑物编码 楼栋编码 osm_id osmid houseid"),
        _name("房屋名称 建筑物名称 建筑名称 楼栋名称 楼栋 楼栋号 房号", required=False),
        Field(
            "kind",
            Type.CHOICE,
            _names("房屋类型"),
            default="building",
            choices=choices(HOUSE_KINDS, HOUSE_KIND_WORDS),
        ),
        _reference("parent_code", "所属建筑编码 建筑编码 所属楼栋编码"),
        _ADDRESS_CODE,
        Field("usage", Type.TEXT, _names("用途 房屋用途 使用性质")),
        Field(
            "floors", Type.INTEGER, _names("层数 楼层数 总层数 levels"), low=0, high=300, soft=True
        ),
        Field("height_m", Type.NUMBER, _names("height 高度 建筑高度 楼高"), low=0, soft=True),
        Field("area_m2", Type.NUMBER, _names("面积 建筑面积"), low=0, soft=True),
        *_place(),
        _ADDRESS_TEXT,
    ),
    identity=("name", "place"),
    place=Place.POLYGON,
    references=(_ADDRESS, Reference("parent_code", "parent_id", "house", "unknown_parent")),
)
PERSONS = Kind(
    name="persons",
    table=person,
    fields=(
        _code("人员编码 人员编号 居民编号 personid"),
        _name("姓名", required=True),
        Field(
            "sex",
            Type.CHOICE,
            _names("性别 性別 gender"),
            default="unknown",
            choices=choices(SEXES, SEX_WORDS),
        ),
        Field("birth_date", Type.DATE, _names("出生日期 出生年月日 生日 birthday")),
        Field(
            "id_number",
            Type.CODE,
            _names(
                "身份证号 身份证号码 公民身份号码 公民身份证号 证件号码 证件号 身份证 身份证件号码"
            ),
        ),
        _PHONE,
        Field(
            "person_class",
            Type.CHOICE,
            _names("人员类别 人员类型 人口类型"),
            default="other",
            choices=choices(PERSON_CLASSES, PERSON_CLASS_WORDS),
        ),
        Field("tags", Type.LIST, _names("标签 人员标签"), default="{}"),
        _ADDRESS_CODE,
        _reference("house_code", "房屋编码 房屋代码"),
        *_place(),
        _ADDRESS_TEXT,
    ),
    references=(_ADDRESS, Reference("house_code", "house_id", "house", "unknown_house")),
)
ENTERPRISES = Kind(
    name="enterprises",
    table=enterprise,
    fields=(
        _code("企业编码 企业编号 单位编码 enterpriseid"),
        _name("企业名称 单位名称 公司名称 机构名称", required=True),
        Field(
            "uscc",
            Type.CODE,
            _names("统一社会信用代码 社会信用代码 信用代码 统一信用代码"),
        ),
        Field("category", Type.TEXT, _names("行业 行业类别 企业类型 类别")),
        Field("risk_class", Type.TEXT, _names("风险等级 风险级别")),
        Field("contact_name", Type.TEXT, _names("联系人 负责人 法定代表人 法人")),
        _PHONE,
        _ADDRESS_CODE,
        *_place(),
        _ADDRESS_TEXT,
    ),
    identity=("uscc|name", "address_text"),
    references=(_ADDRESS,),
)
RESOURCES = Kind(
    name="resources",
    table=resource,
    fields=(
        _code("资源编码 设备编码 设备编号 摄像头编号 监控点编号 osm_id osmid"),
        Field(
            "kind",
            Type.CHOICE,
            _names("资源类型 资源类别"),
            required=True,
            choices=choices(RESOURCE_KINDS, RESOURCE_KIND_WORDS),
        ),
        _name(
            "点位名称 监控点名称 设备名称 场所名称 stopname title description desc 说明",
            required=True,
        ),
        Field("class", Type.TEXT, _names("类别 设备类型 摄像机类型 分类 fclass")),
        Field("owner", Type.TEXT, _names("所属单位 权属单位 建设单位 operator")),
        Field(
            "azimuth_deg",
            Type.BEARING,
            _names("azimuth 方位角 朝向 安装朝向 监视方位 direction heading bearing"),
            soft=True,
        ),
        Field(
            "field_of_view_deg",
            Type.NUMBER,
            _names("视场角 可视角 fov"),
            low=1e-9,
            high=360,
            soft=True,
        ),
        Field("range_m", Type.NUMBER, _names("可视距离 监控距离 range"), low=1e-9, soft=True),
        Field("gb28181_id", Type.CODE, _names("国标编码 国标id gbid deviceid 国标编号")),
        Field("stream_url", Type.TEXT, _names("视频流地址 流地址 streamurl rtsp")),
        _ADDRESS_CODE,
        *_place(),
        _ACCURACY,
    ),
    identity=("kind", "name", "place", "azimuth_deg"),
    place=Place.POINT,
    references=(_ADDRESS,),
    has_provenance=True,
)
WORKERS = Kind(
    name="workers",
    table=worker,
    fields=(
        _code("工号 网格员编号 人员编码 workerid", required=True),
        _name("姓名 网格员姓名 网格员", required=True),
        _PHONE,
        Field("kind", Type.TEXT, _names("人员类型 人员类别 专兼职")),
        Field("organisation", Type.TEXT, _names("所属机构 所属单位 单位 organization 部门")),
        _reference("area_code", "所属区划代码 社区编码 所属社区编码 区划代码"),
        Field(
            "grid_codes",
            Type.LIST,
            _names("grid_code 网格编码 负责网格 责任网格 所属网格编码"),
            column="",
        ),
    ),
    references=(Reference("area_code", "area_id", "area", "unknown_area"),),
)
EVENTS = Kind(
    name="events",
    table=event,
    fields=(
        _code("事件编号 事件编码 案件编号 案件编码 srrecordid recordid servicerequestid caseid"),
        Field(
            "external_code",
            Type.TEXT,
            _names("外部编号 来源编号 servicerequestnum servicerequestnumber casenumber"),
        ),
        Field(
            "title",
            Type.TEXT,
            _names("标题 事件标题 事件名称 案件名称 srtype servicename subject 事故類別名稱 案由"),
        ),
        Field("description", Type.TEXT, _names("事件描述 描述 问题描述 内容 案情描述 details")),
        _reference("dictionary", "字典"),
        _reference("class_code", "类别编码 分类编码 事件类别编码 小类编码 小类代码"),
        Field(
            "state",
            Type.CHOICE,
            _names("状态 事件状态 办理状态 案件状态 srstatus status"),
            default="pending",
            choices=choices(EVENT_STATES, STATE_WORDS),
            keep_text=True,
        ),
        Field(
            "level",
            Type.CHOICE,
            _names("处置层级 事件层级"),
            choices=choices(EVENT_LEVELS, EVENT_LEVEL_WORDS),
        ),
        Field("source", Type.TEXT, _names("来源 事件来源 上报来源 methodreceived")),
        Field(
            "reported_at",
            Type.MOMENT,
            _names(
                "上报时间 发生时间 报告时间 采集时间 受理时间 创建时间 createddate creationdate "
                "requesteddatetime openeddate createdat datetime"
            ),
            required=True,
        ),
        Field("reported_date", Type.DATE, _names("发生日期 發生日期 上报日期 日期"), column=""),
        Field("reported_clock", Type.CLOCK, _names("發生時間 时刻 发生时刻"), column=""),
        Field(
            "due_at", Type.MOMENT, _names("截止时间 办理时限 应办结时间 duedate expecteddatetime")
        ),
        Field("closed_at", Type.MOMENT, _names("结案时间 办结时间 closedate closeddate closedat")),
        _reference("worker_code", "网格员编号 上报人编号 工号"),
        Field(
            "address_text",
            Type.TEXT,
            _names("事发地址 事发地点 发生地点 發生地點 地址 地点 位置描述 address streetaddress"),
        ),
        *_place(),
        _ACCURACY,
    ),
    identity=("reported_at", "title", "address_text", "place"),
    place=Place.POINT,
    references=(_WORKER,),
    has_provenance=True,
)
POSITIONS = Kind(
    name="positions",
    table=position,
    fields=(
        _reference("worker_code", "工号 网格员编号"),
        Field(
            "device",
            Type.CODE,
            _names(
                "设备号 设备编号 终端号 deviceid imei vehicleid vehiclenum trackid 车牌号 "
                "车辆编号 trajid"
            ),
            required=True,
        ),
        Field(
            "time",
            Type.MOMENT,
            _names("定位时间 时间 采集时间 timestamp datetime gpstime stime t recordtime"),
            required=True,
        ),
        *_place(),
        _ACCURACY,
        Field("speed_mps", Type.NUMBER, _names("速度m/s"), low=0, soft=True),
        Field(
            "bearing_deg",
            Type.BEARING,
            _names("bearing heading course 方向 方向角 航向"),
            soft=True,
        ),
        Field("altitude_m", Type.NUMBER, _names("altitude ele elevation 海拔 高程"), soft=True),
        Field("source", Type.TEXT, _names("来源 定位方式")),
    ),
    key=("device", "time"),
    place=Place.POINT,
    place_required=True,
    references=(_WORKER,),
)

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        AREAS,
        GRIDS,
        ADDRESSES,
        HOUSES,
        PERSONS,
        ENTERPRISES,
        RESOURCES,
        WORKERS,
        EVENTS,
        POSITIONS,
    )
}
"""All kinds, in the order in which they build on each other."""
