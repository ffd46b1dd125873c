"""The datum that a file states, by a CRS in any notation."""

from pathlib import Path

from pyproj import CRS
from pyproj.exceptions import CRSError

from gis_gov.geo.datum import Datum, DatumError
from gis_gov.ingest.errors import LoadError

CRS84 = Datum.parse("CRS84")
"""What GeoJSON (RFC 7946), GPX and OpenStreetMap are in."""


def stated_datum(stated: object, path: Path) -> Datum | None:
    """Read a CRS that a file states (code, WKT, PROJJSON); None where it states none.

    Raises:
        LoadError: the CRS is not understood.

    """
    if not stated:
        return None
    try:
        crs = CRS.from_user_input(stated)
        return CRS84 if crs.to_authority() == ("OGC", "CRS84") else Datum.of_crs(crs)
    except (CRSError, DatumError) as error:
        raise LoadError(
            f"{path.name}: its CRS is not understood ({' '.join(str(error).split())[:120]}); "
            "say it with --crs"
        ) from error
