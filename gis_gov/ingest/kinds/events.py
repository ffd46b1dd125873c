"""Events."""

from gis_gov.events.tables import EVENT_LEVELS, EVENT_STATES, event
from gis_gov.ingest.kinds.fields import ACCURACY, TO_WORKER, code, names, place, reference
from gis_gov.ingest.spec import Field, Kind, Place, Type
from gis_gov.ingest.words import EVENT_LEVEL_WORDS, STATE_WORDS, choices

EVENTS = Kind(
    name="events",
    table=event,
    fields=(
        code("事件编号 事件编码 案件编号 案件编码 srrecordid recordid servicerequestid caseid"),
        Field(
            "external_code",
            Type.TEXT,
            names("外部编号 来源编号 servicerequestnum servicerequestnumber casenumber"),
        ),
        Field(
            "title",
            Type.TEXT,
            names("标题 事件标题 事件名称 案件名称 srtype servicename subject 事故類別名稱 案由"),
        ),
        Field("description", Type.TEXT, names("事件描述 描述 问题描述 内容 案情描述 details")),
        reference("dictionary", "字典"),
        reference("class_code", "类别编码 分类编码 事件类别编码 小类编码 小类代码"),
        Field(
            "state",
            Type.CHOICE,
            names("状态 事件状态 办理状态 案件状态 srstatus status"),
            default="pending",
            choices=choices(EVENT_STATES, STATE_WORDS),
            keep_text=True,
        ),
        Field(
            "level",
            Type.CHOICE,
            names("处置层级 事件层级"),
            choices=choices(EVENT_LEVELS, EVENT_LEVEL_WORDS),
        ),
        Field("source", Type.TEXT, names("来源 事件来源 上报来源 methodreceived")),
        Field(
            "reported_at",
            Type.MOMENT,
            names(
                "上报时间 发生时间 报告时间 采集时间 受理时间 创建时间 createddate creationdate "
                "requesteddatetime openeddate createdat datetime"
            ),
            required=True,
        ),
        Field("reported_date", Type.DATE, names("发生日期 發生日期 上报日期 日期"), column=""),
        Field("reported_clock", Type.CLOCK, names("發生時間 时刻 发生时刻"), column=""),
        Field(
            "due_at", Type.MOMENT, names("截止时间 办理时限 应办结时间 duedate expecteddatetime")
        ),
        Field("closed_at", Type.MOMENT, names("结案时间 办结时间 closedate closeddate closedat")),
        reference("worker_code", "网格员编号 上报人编号 工号"),
        Field(
            "address_text",
            Type.TEXT,
            names("事发地址 事发地点 发生地点 發生地點 地址 地点 位置描述 address streetaddress"),
        ),
        *place(),
        ACCURACY,
    ),
    identity=("reported_at", "title", "address_text", "place"),
    place=Place.POINT,
    references=(TO_WORKER,),
    has_provenance=True,
)
