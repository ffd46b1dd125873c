"""How often each class of event happens, when, how grave it is, and how long it may take: data.

Codes are those of the dictionary `gbt30428.2`: major and minor class, two digits each.
"""

from dataclasses import dataclass

from gis_gov.sample.rhythms import Rhythm

DICTIONARY = "gbt30428.2"


@dataclass(frozen=True)
class EventClass:
    """One class of events."""

    code: str
    name: str
    share: float
    limit_h: float
    """Hours within which it is to be closed."""
    gravity: float
    """0: a grid solves it; 1: rather the county."""
    rhythm: Rhythm


def _class(
    code: str, name: str, figures: tuple[float, float, float], rhythm: tuple[str, str, str]
) -> EventClass:
    return EventClass(code, name, *figures, Rhythm(*rhythm))


EVENT_CLASSES = (
    _class("0101", "私搭乱建", (1.6, 360, 0.75), ("autumn", "work", "day")),
    _class("0102", "暴露垃圾", (14.0, 4, 0.05), ("summer", "flat", "day")),
    _class("0103", "积存垃圾渣土", (4.2, 24, 0.15), ("level", "flat", "day")),
    _class("0104", "道路不洁", (5.4, 5, 0.05), ("level", "flat", "day")),
    _class("0105", "水域不洁", (1.3, 48, 0.3), ("summer", "flat", "day")),
    _class("0106", "绿地脏乱", (2.6, 24, 0.1), ("spring", "flat", "day")),
    _class("0107", "废弃车辆", (0.9, 120, 0.35), ("level", "work", "day")),
    _class("0108", "废弃家具设施", (2.4, 24, 0.1), ("level", "leisure", "day")),
    _class("0109", "非装饰性树挂", (0.8, 24, 0.05), ("level", "work", "day")),
    _class("0110", "道路破损", (2.8, 120, 0.5), ("rain", "work", "day")),
    _class("0111", "河堤破损", (0.1, 168, 0.8), ("rain", "work", "day")),
    _class("0112", "道路遗撒", (1.1, 4, 0.15), ("level", "work", "rush")),
    _class("0113", "建筑物外立面不洁", (0.7, 120, 0.25), ("level", "work", "day")),
    _class("0114", "水域秩序", (0.4, 24, 0.4), ("summer", "leisure", "day")),
    _class("0115", "焚烧垃圾树叶", (0.9, 4, 0.25), ("autumn", "leisure", "evening")),
    _class("0116", "油烟污染", (1.9, 72, 0.4), ("level", "leisure", "evening")),
    _class("0117", "动物尸体清理", (0.5, 4, 0.05), ("summer", "flat", "any")),
    _class("0118", "擅自饲养家禽家畜", (0.8, 72, 0.2), ("level", "flat", "day")),
    _class("0201", "非法小广告", (6.2, 12, 0.05), ("level", "work", "day")),
    _class("0202", "违章张贴悬挂广告牌匾", (1.9, 48, 0.2), ("level", "work", "day")),
    _class("0203", "占道广告牌", (1.5, 8, 0.1), ("level", "flat", "day")),
    _class("0204", "街头散发广告", (0.7, 4, 0.05), ("level", "leisure", "rush")),
    _class("0205", "广告招牌破损", (0.8, 72, 0.25), ("summer", "work", "day")),
    _class("0301", "施工扰民", (2.4, 8, 0.45), ("summer", "flat", "night")),
    _class("0302", "工地扬尘", (1.6, 8, 0.4), ("autumn", "work", "day")),
    _class("0303", "施工废弃料", (1.0, 48, 0.2), ("level", "work", "day")),
    _class("0304", "施工占道", (0.9, 24, 0.3), ("level", "work", "day")),
    _class("0305", "无证掘路", (0.2, 24, 0.6), ("level", "work", "day")),
    _class("0401", "路面塌陷", (0.25, 72, 0.85), ("rain", "flat", "any")),
    _class("0402", "自来水管破裂", (0.7, 24, 0.6), ("winter", "flat", "any")),
    _class("0403", "燃气管道破裂", (0.06, 12, 1.0), ("level", "flat", "any")),
    _class("0404", "下水道堵塞或破损", (2.1, 48, 0.35), ("rain", "flat", "any")),
    _class("0406", "道路积水", (1.3, 12, 0.4), ("rain", "flat", "any")),
    _class("0407", "道路积雪结冰", (0.12, 8, 0.3), ("winter", "flat", "rush")),
    _class("0408", "架空线缆损坏", (1.0, 48, 0.45), ("summer", "flat", "any")),
    _class("0409", "群发性事件", (0.05, 24, 1.0), ("level", "work", "day")),
    _class("0501", "无照经营游商", (5.2, 4, 0.15), ("summer", "leisure", "evening")),
    _class("0502", "流浪乞讨", (0.6, 12, 0.3), ("winter", "flat", "day")),
    _class("0503", "占道废品收购", (1.0, 8, 0.15), ("level", "leisure", "day")),
    _class("0504", "店外经营", (5.6, 4, 0.15), ("summer", "leisure", "evening")),
    _class("0505", "机动车乱停放", (8.4, 4, 0.15), ("level", "work", "rush")),
    _class("0506", "非机动车乱停放", (7.2, 4, 0.05), ("level", "work", "rush")),
    _class("0507", "乱堆物堆料", (4.4, 24, 0.1), ("level", "flat", "day")),
    _class("0508", "商业噪音", (2.1, 8, 0.35), ("summer", "leisure", "night")),
    _class("0509", "黑车拉客", (0.5, 24, 0.5), ("level", "leisure", "rush")),
    _class("0510", "露天烧烤", (1.5, 8, 0.3), ("summer", "leisure", "night")),
    _class("0511", "沿街晾挂", (1.3, 8, 0.05), ("spring", "flat", "day")),
    _class("0512", "非法出版物销售", (0.1, 24, 0.5), ("level", "leisure", "evening")),
    _class("0513", "空调室外机低挂", (0.3, 120, 0.15), ("summer", "work", "day")),
)

SOURCES = ("网格员上报", "12345热线", "群众随手拍", "视频智能识别", "部门交办")
SOURCE_SHARES = (0.62, 0.15, 0.11, 0.09, 0.03)
HOTLINE = 1
STORIES = (
    "网格员巡查时发现{}，已拍照上报。",
    "来电反映{}，希望尽快处理。",
    "群众拍照上报{}。",
    "摄像头识别到{}，待现场核实。",
    "部门转来{}线索，请属地处置。",
)
EVENT_LEVELS = (("grid", 0.7285), ("community", 0.1469), ("street", 0.10), ("district", 0.0246))
"""Which level solves how many of the events (Zhejiang's figures)."""
