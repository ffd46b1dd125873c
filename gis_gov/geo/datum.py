"""Which datum coordinates are declared in: parsed from a word, an EPSG code or WKT."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from pyproj import CRS
from pyproj.exceptions import CRSError

CANONICAL_EPSG: Final = 4490
"""EPSG code of everything stored: CGCS2000 geographic, x = longitude in degrees."""

ACCEPTED: Final = (
    "EPSG:<code> (such as EPSG:4326, EPSG:4490, EPSG:4549, EPSG:4528, EPSG:3857), CRS84, WKT, "
    "wgs84, cgcs2000, gcj02, bd09, bd09mc"
)

_EPSG = re.compile(
    r"(?:epsg:|urn:ogc:def:crs:epsg:[^:]*:|https?://www\.opengis\.net/def/crs/epsg/[^/]+/)(\d{4,6})",
    re.IGNORECASE,
)
_CRS84 = re.compile(
    r"(?:ogc:|urn:ogc:def:crs:ogc:[^:]*:|https?://www\.opengis\.net/def/crs/ogc/[^/]+/)?crs84h?",
    re.IGNORECASE,
)
_WKT_START = re.compile(r"\s*[A-Z_0-9]+\s*[\[(]")


class DatumError(ValueError):
    """A datum that is not known, or from which no transformation to EPSG:4490 is known."""


class System(StrEnum):
    """How coordinates of a datum reach EPSG:4490."""

    CGCS2000 = "cgcs2000"
    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"
    BD09MC = "bd09mc"
    PROJ = "proj"


_GEOGRAPHIC = {4490: System.CGCS2000, 4480: System.CGCS2000, 4326: System.WGS84, 4979: System.WGS84}
_WORDS = {
    "wgs84": (System.WGS84, 4326),
    "cgcs2000": (System.CGCS2000, 4490),
    "gcj02": (System.GCJ02, None),
    "bd09": (System.BD09, None),
    "bd09ll": (System.BD09, None),
    "bd09mc": (System.BD09MC, None),
}


@dataclass(frozen=True, slots=True)
class Datum:
    """A declared datum; `name` is its one canonical spelling and parses back to it.

    `epsg` is None for GCJ-02 and BD-09, which have no code, and for a CRS known by WKT alone.
    """

    name: str
    system: System
    epsg: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a datum from text, ignoring case; raises DatumError naming what is accepted.

        Takes EPSG codes (also as OGC URN or URI), CRS84, WKT (as in a .prj file) and the words
        wgs84, cgcs2000, gcj02, bd09 (= bd09ll) and bd09mc.
        """
        text = text.strip()
        word = re.sub(r"[\s_-]", "", text).lower()
        if word in _WORDS:
            system, epsg = _WORDS[word]
            return cls(f"EPSG:{epsg}" if epsg else system.value, system, epsg)
        if match := _EPSG.fullmatch(text):
            return cls._of_epsg(int(match[1]))
        if _CRS84.fullmatch(text):
            return cls("EPSG:4326", System.WGS84, 4326)
        if _WKT_START.match(text):
            return cls.of_crs(_crs_of(text, "this WKT"))
        raise DatumError(f"unknown datum {text[:80]!r}: use one of {ACCEPTED}")

    @classmethod
    def of_crs(cls, crs: CRS) -> Self:
        """Take the CRS that a file states; a compound or 3D one counts by its horizontal part."""
        if crs.is_compound:
            crs = crs.sub_crs_list[0]
        if len(crs.axis_info) > 2 and not crs.is_geocentric:
            crs = crs.to_2d()
        if epsg := crs.to_epsg():
            return cls._of_epsg(epsg)
        _refuse_unplaced(crs)
        return cls(crs.to_wkt(), System.PROJ)

    @classmethod
    def _of_epsg(cls, epsg: int) -> Self:
        if system := _GEOGRAPHIC.get(epsg):
            epsg = CANONICAL_EPSG if system is System.CGCS2000 else 4326
            return cls(f"EPSG:{epsg}", system, epsg)
        crs = _crs_of(f"EPSG:{epsg}", f"EPSG:{epsg}")
        if crs.is_compound:
            return cls.of_crs(crs)
        _refuse_unplaced(crs)
        return cls(f"EPSG:{epsg}", System.PROJ, epsg)

    @property
    def is_stored(self) -> bool:
        """Whether its degrees are stored as they are; those of WGS84 count as CGCS2000's."""
        return self.system in {System.CGCS2000, System.WGS84}

    @property
    def is_shifted(self) -> bool:
        """Whether it is GCJ-02 or BD-09, whose coordinates are off by hundreds of metres."""
        return self.system in {System.GCJ02, System.BD09, System.BD09MC}

    @property
    def is_metric(self) -> bool:
        """Whether coordinates are lengths (easting, northing) and not degrees."""
        if self.system is System.PROJ:
            return self.crs().is_projected
        return self.system is System.BD09MC

    def crs(self) -> CRS:
        """Give the pyproj CRS; raises DatumError for GCJ-02 and BD-09, which have none."""
        if self.is_shifted:
            raise DatumError(f"{self.name} has no CRS definition: convert to EPSG:4490 first")
        return CRS.from_user_input(self.name)

    @property
    def label(self) -> str:
        """A short name for people and rows: the EPSG code, the word, or the name within the WKT."""
        return self.crs().name if self.system is System.PROJ and self.epsg is None else self.name

    def __str__(self) -> str:
        return self.label


def _crs_of(definition: str, what: str) -> CRS:
    try:
        return CRS.from_user_input(definition)
    except CRSError as error:
        raise DatumError(f"{what} is not a known CRS: use one of {ACCEPTED}") from error


def _refuse_unplaced(crs: CRS) -> None:
    if not (crs.is_geographic or crs.is_projected):
        raise DatumError(
            f"{crs.name} ({crs.type_name}) gives no position on the map plane: "
            f"use a geographic or projected CRS, or one of {ACCEPTED}"
        )
