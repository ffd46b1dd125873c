"""Which part of a collection's items a request asks for: a page, and what is passed over."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Query

from gis_gov.formats.known import FORMATS
from gis_gov.ogc.asked import ItemsToldAs
from gis_gov.paging import Page, Paged
from gis_gov.problems import InvalidRequest

OFFSET_MAX: Final = 10_000
"""As far as items are counted; who reads more follows the link `next`."""


@dataclass(frozen=True, slots=True)
class Part:
    """A page, before which `offset` items are passed over: none if it says where it begins."""

    page: Page
    offset: int


async def _part(
    page: Paged,
    told_as: ItemsToldAs,
    offset: Annotated[
        int,
        Query(
            ge=0,
            le=OFFSET_MAX,
            description="So many items are passed over, for clients that count: what is written"
            " meanwhile moves such pages, and not those of the link `next`",
        ),
    ] = 0,
) -> Part:
    if offset and (page.token is not None or told_as.form in FORMATS):
        # Whoever is answered something else would not notice.
        raise InvalidRequest.at("query.offset", "goes with no `after`, and with no file")
    return Part(page, offset)


AskedPart = Annotated[Part, Depends(_part)]
