"""Positions."""

from gis_gov.ingest.kinds.fields import ACCURACY, TO_WORKER, names, place, reference
from gis_gov.ingest.spec import Field, Kind, Place, Type
from gis_gov.patrols.tables import position

POSITIONS = Kind(
    name="positions",
    table=position,
    fields=(
        reference("worker_code", "工号 网格员编号"),
        Field(
            "device",
            Type.CODE,
            names(
                "设备号 设备编号 终端号 deviceid imei vehicleid vehiclenum trackid 车牌号 "
                "车辆编号 trajid"
            ),
            required=True,
        ),
        Field(
            "time",
            Type.MOMENT,
            names("定位时间 时间 采集时间 timestamp datetime gpstime stime t recordtime"),
            required=True,
        ),
        *place(),
        ACCURACY,
        Field("speed_mps", Type.NUMBER, names("速度m/s"), low=0, soft=True),
        Field(
            "bearing_deg",
            Type.BEARING,
            names("bearing heading course 方向 方向角 航向"),
            soft=True,
        ),
        Field("altitude_m", Type.NUMBER, names("altitude ele elevation 海拔 高程"), soft=True),
        Field("source", Type.TEXT, names("来源 定位方式")),
    ),
    key=("device", "time"),
    place=Place.POINT,
    place_required=True,
    references=(TO_WORKER,),
)
