"""Fields that several kinds have, and what they are called in the files of others."""

from gis_gov.ingest.header import folded
from gis_gov.ingest.spec import Field, Reference, Type


def names(text: str) -> tuple[str, ...]:
    """Fold the names that a text lists."""
    return tuple(folded(name) for name in text.split())


def code(text: str = "", *, required: bool = False) -> Field:
    """Make the field of the natural key."""
    return Field("code", Type.CODE, names(f"{text} 编码 编号 代码 代碼 编码号 id"), required)


def name(text: str = "", *, required: bool = True) -> Field:
    """Make the field of what a thing is called."""
    return Field("name", Type.TEXT, names(f"{text} 名称 名稱 名字"), required)


def reference(name: str, text: str = "") -> Field:
    """Make a field that names another thing by its code."""
    return Field(name, Type.CODE, names(text), column="")


def place() -> tuple[Field, Field]:
    """Make the two fields of a point: its longitude (x) and its latitude (y)."""
    return (
        Field(
            "lon",
            Type.NUMBER,
            names("longitude lng long 经度 經度 x坐标 x x坐標 坐标x point_x"),
            column="",
        ),
        Field(
            "lat",
            Type.NUMBER,
            names("latitude 纬度 緯度 y坐标 y y坐標 坐标y point_y"),
            column="",
        ),
    )


ACCURACY = Field("accuracy_m", Type.NUMBER, names("accuracy 精度 定位精度"), low=0, soft=True)
VALIDITY = (
    Field("valid_from", Type.DATE, names("生效日期 启用日期")),
    Field("valid_to", Type.DATE, names("失效日期 停用日期")),
)
PHONE = Field(
    "phone",
    Type.TEXT,
    names("手机号 手机号码 联系电话 电话 手机 電話 联系方式 mobile tel"),
    sealed=True,
)
ADDRESS_CODE = reference("address_code", "地址编码 标准地址编码 地址代码")
ADDRESS_TEXT = Field(
    "address_text",
    Type.TEXT,
    names(
        "地址 详细地址 居住地址 现住址 现居住地址 现居地 住址 家庭住址 经营地址 注册地址 所在地址 "
        "坐落 address 地點 地点"
    ),
    column="",
)
TO_ADDRESS = Reference("address_code", "address_id", "address", "unknown_address")
TO_WORKER = Reference("worker_code", "worker_id", "worker", "unknown_worker")
