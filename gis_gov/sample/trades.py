"""Trades of enterprises and kinds of points of interest: data."""

from dataclasses import dataclass

from gis_gov.sample.land import Use


@dataclass(frozen=True)
class Trade:
    """A trade: what its firms are called, where they sit, and how risky they are."""

    category: str
    words: tuple[str, ...]
    endings: tuple[str, ...]
    share: float
    uses: tuple[Use, ...]
    risk: tuple[float, float, float, float]
    """Shares of low, general, larger and major risk."""


RISKS = ("低风险", "一般风险", "较大风险", "重大风险")
_SHOP = (Use.SHOPS, Use.OLD_TOWN, Use.SLAB, Use.VILLAGE)
_COMPANY = ("有限公司", "有限责任公司")
_STORE = ("店", "经营部", "商行")
BRANDS_HEAD = "鸿瑞荣泽恒盛嘉锦润德诚信泰祥隆裕丰达通远景明辉华宏博雅尚品佳美乐康宁安顺利"
BRANDS_TAIL = "泰源达通盛昌隆祥和信诚德润丰茂兴旺顺利康宁瑞福来美佳雅轩阁坊居园庭城汇"

TRADES = (
    Trade(
        "餐饮服务",
        ("餐饮", "小吃", "食府", "茶餐", "面馆"),
        ("店", "馆"),
        19,
        _SHOP,
        (30, 52, 16, 2),
    ),
    Trade(
        "批发零售",
        ("百货", "日用品", "便利", "五金", "服装", "水果"),
        _STORE,
        27,
        _SHOP,
        (55, 40, 5, 0),
    ),
    Trade("居民服务", ("美容", "洗衣", "家政", "维修", "打印"), _STORE, 11, _SHOP, (62, 35, 3, 0)),
    Trade("医药健康", ("大药房", "口腔诊所", "中医馆"), ("", "连锁店"), 3, _SHOP, (35, 55, 9, 1)),
    Trade(
        "教育培训",
        ("教育咨询", "艺术培训", "托管"),
        ("中心", *_COMPANY),
        3,
        (Use.SHOPS, Use.OFFICES),
        (30, 55, 14, 1),
    ),
    Trade(
        "信息技术",
        ("信息科技", "软件", "网络", "数字技术"),
        _COMPANY,
        7,
        (Use.OFFICES,),
        (78, 20, 2, 0),
    ),
    Trade(
        "商务服务",
        ("商务咨询", "财务顾问", "广告传媒", "物业管理"),
        _COMPANY,
        9,
        (Use.OFFICES, Use.SHOPS),
        (74, 24, 2, 0),
    ),
    Trade(
        "建筑工程",
        ("建筑工程", "装饰设计", "市政园林"),
        _COMPANY,
        4,
        (Use.OFFICES,),
        (25, 50, 20, 5),
    ),
    Trade(
        "制造业",
        ("电子", "塑料制品", "服饰", "机械", "食品", "家具"),
        _COMPANY,
        11,
        (Use.WORKS,),
        (14, 48, 30, 8),
    ),
    Trade("仓储物流", ("物流", "仓储", "供应链"), _COMPANY, 3, (Use.WORKS,), (16, 46, 30, 8)),
    Trade(
        "住宿服务", ("宾馆", "公寓", "民宿"), ("",), 2, (Use.SHOPS, Use.OLD_TOWN), (18, 55, 24, 3)
    ),
    Trade(
        "危化品经营", ("化工贸易", "气体", "油漆涂料"), _COMPANY, 0.6, (Use.WORKS,), (0, 8, 42, 50)
    ),
    Trade(
        "集贸市场", ("农产品", "水产", "肉菜"), ("档", "摊位"), 2, (Use.MARKET,), (40, 50, 10, 0)
    ),
)


@dataclass(frozen=True)
class PlaceKind:
    """A kind of point of interest found at buildings."""

    name: str
    words: tuple[str, ...]
    share: float
    uses: tuple[Use, ...]


PLACE_KINDS = (
    PlaceKind("餐饮服务", ("饭店", "小吃店", "茶餐厅", "面馆", "早餐店", "烧烤店"), 22, _SHOP),
    PlaceKind("购物服务", ("便利店", "超市", "五金店", "水果店", "服装店", "文具店"), 24, _SHOP),
    PlaceKind("生活服务", ("快递站", "理发店", "洗衣店", "维修店", "营业厅"), 16, _SHOP),
    PlaceKind("医疗保健", ("药店", "诊所", "口腔门诊"), 6, _SHOP),
    PlaceKind("金融服务", ("银行网点", "自助银行"), 3, (Use.SHOPS, Use.OFFICES)),
    PlaceKind("体育休闲", ("健身房", "棋牌室", "网吧", "台球室"), 5, _SHOP),
    PlaceKind("住宿服务", ("宾馆", "旅馆"), 3, (Use.SHOPS, Use.OLD_TOWN)),
    PlaceKind("科教文化", ("幼儿园", "培训中心", "图书室"), 4, (Use.SHOPS, Use.SLAB, Use.VILLAGE)),
    PlaceKind("商务楼宇", ("写字楼", "创业园"), 2, (Use.OFFICES,)),
    PlaceKind("公司企业", ("厂", "仓库", "车间"), 4, (Use.WORKS,)),
    PlaceKind("养老助残", ("养老驿站", "长者饭堂", "助残服务站"), 1.5, (Use.SLAB, Use.OLD_TOWN)),
)
YARD_PLACES = {
    Use.SCHOOL: "科教文化",
    Use.HOSPITAL: "医疗保健",
    Use.MARKET: "购物服务",
    Use.OFFICES: "商务楼宇",
    Use.WORKS: "公司企业",
}
OUTDOOR_PLACES = (
    # class, name behind the road's, share
    ("交通设施", "公交站", 0.55),
    ("公共设施", "公共厕所", 0.17),
    ("交通设施", "停车场", 0.14),
    ("公共设施", "垃圾收集点", 0.14),
)
