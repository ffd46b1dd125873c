"""The record of a patrol, taken out fix by fix."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from gis_gov.access.audited import Recorder
from gis_gov.access.entry import Entry
from gis_gov.access.permissions import Permission
from gis_gov.access.problems import NotAllowed
from gis_gov.access.purpose import PurposeNeeded, StatedPurpose
from gis_gov.api import PRIVATE, Conn
from gis_gov.openapi import problems
from gis_gov.patrols import patrol_reading as reading
from gis_gov.patrols.patrol_routes import MapReader, PatrolCode
from gis_gov.patrols.record import csv, gpx, moving_feature
from gis_gov.problems import InvalidRequest, NotFound, Problem
from gis_gov.spreadsheet import BOM

router = APIRouter(tags=["patrols"])

Form = Literal["mfjson", "gpx", "csv"]
MEDIA: Final[dict[Form, str]] = {
    "mfjson": "application/json",
    "gpx": "application/gpx+xml",
    "csv": "text/csv; charset=utf-8; header=present",
}
_EXAMPLE: Final = {
    "type": "Feature",
    "id": "W0012-20260105-1",
    "temporalGeometry": {
        "type": "MovingPoint",
        "datetimes": ["2026-01-05T00:30:00Z"],
        "coordinates": [[113.3641, 22.938]],
        "interpolation": "Linear",
    },
}

_GPX: Final = """\
<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="gis_gov" xmlns="http://www.topografix.com/GPX/1/1">
<trk><name>W0012-20260105-1</name>
<trkseg>
<trkpt lat="22.9380000" lon="113.3641000"><time>2026-01-05T00:30:00Z</time></trkpt>
</trkseg>
</trk>
</gpx>
"""
_CSV: Final = """\
time,lon,lat,accuracy_m,speed_mps,altitude_m,device,rejected_for
2026-01-05T00:30:00+00:00,113.3641000,22.9380000,8.5,1.2,,W0012,
"""


class PositionsDropped(Problem):
    """The fixes were as old as fixes may be, and are gone."""

    slug, title, status = "positions-dropped", "The positions are not kept any more", 410


@router.get(
    "/patrols/{code}/positions",
    summary="The fixes of a patrol",
    response_class=Response,
    responses={
        200: {
            "description": "A trajectory (OGC MF-JSON), a GPX track, or a table",
            "content": {
                "application/json": {"schema": {"type": "object"}, "example": _EXAMPLE},
                "application/gpx+xml": {"schema": {"type": "string"}, "example": _GPX},
                "text/csv": {"schema": {"type": "string"}, "example": _CSV},
            },
        },
        **problems(InvalidRequest, NotFound, NotAllowed, PositionsDropped, PurposeNeeded),
    },
)
async def record_of_patrol(
    conn: Conn,
    record: Recorder,
    actor: MapReader,
    purpose: StatedPurpose,
    code: PatrolCode,
    f: Annotated[
        Form, Query(description="`gpx` has the fixes that count, the others all, with the reason")
    ] = "mfjson",
) -> Response:
    """Tell every fix of a patrol that lies where you may follow workers, or that is your own.

    As a file, of somebody else, it takes the right `export`.
    """
    row = await reading.existing(conn, actor, code)
    purpose.require_of(actor, row["worker_id"])
    if f != "mfjson" and row["worker_id"] != actor.worker_id:
        actor.require(Permission.EXPORT)
    fixes = await reading.read_fixes(conn, row)
    if not fixes and await reading.are_dropped(conn, row):
        raise PositionsDropped(
            "The fixes of that day are not kept any more; the patrol's figures and line are."
        )
    verb = "read" if f == "mfjson" else "export"
    detail = {"format": f, "rows": len(fixes)}
    await record(Entry(f"patrol.{verb}", "ok", "patrol", code, detail=detail))
    headers = dict(PRIVATE)
    match f:
        case "mfjson":
            content: str | bytes = moving_feature(code, fixes)
        case "gpx":
            content = "".join(gpx(code, fixes))
        case "csv":
            content = BOM + csv(fixes)
    if f != "mfjson":
        headers["content-disposition"] = f'attachment; filename="patrol.{f}"'
    return Response(content, 200, headers, MEDIA[f])
