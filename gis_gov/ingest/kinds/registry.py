"""Houses, persons and enterprises."""

from gis_gov.ingest.kinds.fields import (
    ADDRESS_CODE,
    ADDRESS_TEXT,
    PHONE,
    TO_ADDRESS,
    code,
    name,
    names,
    place,
    reference,
)
from gis_gov.ingest.spec import Field, Kind, Place, Reference, Type
from gis_gov.ingest.words import HOUSE_KIND_WORDS, PERSON_CLASS_WORDS, SEX_WORDS, choices
from gis_gov.registry.tables import (
    HOUSE_KINDS,
    PERSON_CLASSES,
    SEXES,
    enterprise,
    house,
    person,
)

HOUSES = Kind(
    name="houses",
    table=house,
    fields=(
        code("房屋编码 房屋代码 建筑物编码 楼栋编码 osm_id osmid houseid"),
        name("房屋名称 建筑物名称 建筑名称 楼栋名称 楼栋 楼栋号 房号", required=False),
        Field(
            "kind",
            Type.CHOICE,
            names("房屋类型"),
            default="building",
            choices=choices(HOUSE_KINDS, HOUSE_KIND_WORDS),
        ),
        reference("parent_code", "所属建筑编码 建筑编码 所属楼栋编码"),
        ADDRESS_CODE,
        Field("usage", Type.TEXT, names("用途 房屋用途 使用性质")),
        Field(
            "floors", Type.INTEGER, names("层数 楼层数 总层数 levels"), low=0, high=300, soft=True
        ),
        Field("height_m", Type.NUMBER, names("height 高度 建筑高度 楼高"), low=0, soft=True),
        Field("area_m2", Type.NUMBER, names("面积 建筑面积"), low=0, soft=True),
        *place(),
        ADDRESS_TEXT,
    ),
    identity=("name", "place"),
    place=Place.POLYGON,
    references=(TO_ADDRESS, Reference("parent_code", "parent_id", "house", "unknown_parent")),
)
PERSONS = Kind(
    name="persons",
    table=person,
    fields=(
        code("人员编码 人员编号 居民编号 personid"),
        name("姓名", required=True),
        Field(
            "sex",
            Type.CHOICE,
            names("性别 性別 gender"),
            default="unknown",
            choices=choices(SEXES, SEX_WORDS),
        ),
        Field("birth_date", Type.DATE, names("出生日期 出生年月日 生日 birthday")),
        Field(
            "id_number",
            Type.CODE,
            names(
                "身份证号 身份证号码 公民身份号码 公民身份证号 证件号码 证件号 身份证 身份证件号码"
            ),
            sealed=True,
        ),
        PHONE,
        Field(
            "person_class",
            Type.CHOICE,
            names("人员类别 人员类型 人口类型"),
            default="other",
            choices=choices(PERSON_CLASSES, PERSON_CLASS_WORDS),
        ),
        Field("tags", Type.LIST, names("标签 人员标签"), default="{}"),
        ADDRESS_CODE,
        reference("house_code", "房屋编码 房屋代码"),
        *place(),
        ADDRESS_TEXT,
    ),
    references=(TO_ADDRESS, Reference("house_code", "house_id", "house", "unknown_house")),
)
ENTERPRISES = Kind(
    name="enterprises",
    table=enterprise,
    fields=(
        code("企业编码 企业编号 单位编码 enterpriseid"),
        name("企业名称 单位名称 公司名称 机构名称", required=True),
        Field(
            "uscc",
            Type.CODE,
            names("统一社会信用代码 社会信用代码 信用代码 统一信用代码"),
        ),
        Field("category", Type.TEXT, names("行业 行业类别 企业类型 类别")),
        Field("risk_class", Type.TEXT, names("风险等级 风险级别")),
        Field("contact_name", Type.TEXT, names("联系人 负责人 法定代表人 法人")),
        PHONE,
        ADDRESS_CODE,
        *place(),
        ADDRESS_TEXT,
    ),
    identity=("uscc|name", "address_text"),
    references=(TO_ADDRESS,),
)
