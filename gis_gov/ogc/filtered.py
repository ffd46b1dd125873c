"""The parameters of a filter, of items and of tiles alike."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends, Query

from gis_gov.cql.compiler import TEXT_MAX
from gis_gov.cql.shapes import Frame
from gis_gov.ogc.crs import CRS84_URI, frame_of


@dataclass(frozen=True, slots=True)
class Filtered:
    """A filter, as it is written, its language, and what its coordinates are in."""

    text: str
    language: str
    frame: Frame


FilterText = Annotated[
    str | None,
    Query(
        alias="filter",
        max_length=TEXT_MAX,
        description="CQL2: a condition over the properties that `queryables` lists",
        examples=["S_DWITHIN(geometry, POINT(113.36 22.94), 500)"],
    ),
]
FilterLanguage = Annotated[
    Literal["cql2-text", "cql2-json", "cql-text"],
    Query(
        alias="filter-lang",
        description="In which of its two forms the filter is; GDAL calls the first `cql-text`",
    ),
]
FilterCrs = Annotated[
    str,
    Query(
        alias="filter-crs",
        max_length=128,
        description="URI of the CRS of the filter's geometries",
        examples=[CRS84_URI],
    ),
]


def filtered_by(text: str | None, language: str, crs: str) -> Filtered | None:
    """Take the parameters of a filter, which is read when it is known of what.

    Raises:
        UnknownCrs: naming those that there are.

    """
    frame = frame_of(crs, "filter-crs")
    return None if text is None else Filtered(text, language, frame)


async def _filtered(
    filter_: FilterText = None,
    filter_lang: FilterLanguage = "cql2-text",
    filter_crs: FilterCrs = CRS84_URI,
) -> Filtered | None:
    return filtered_by(filter_, filter_lang, filter_crs)


Filter = Annotated[Filtered | None, Depends(_filtered)]
