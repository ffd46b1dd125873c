"""What is wrong with positions that are sent."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from gis_gov.patrols.position_schemas import PositionSent
from gis_gov.problems import InvalidRequest

FILE_MAX = 100_000
"""Fixes of a file: a day of one a second, and some."""


class BadTrack(InvalidRequest):
    """The body is not the file of positions that it claims to be."""

    slug, title, status = "bad-track", "The positions cannot be read", 400


def position_of(told: Mapping[str, Any], where: str) -> PositionSent:
    """Check a fix of a file as one of JSON is checked.

    Raises:
        BadTrack: naming where it is, and what is wrong with it.

    """
    try:
        return PositionSent.model_validate(told)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = ".".join(map(str, first["loc"]))
        raise BadTrack(f"{where}: {name}: {first['msg']}") from None


def check_number(count: int) -> None:
    """Refuse a file without fixes, or with more than are taken at once.

    Raises:
        BadTrack: it is.

    """
    if not count:
        raise BadTrack("there are no fixes with a time in it")
    if count > FILE_MAX:
        raise BadTrack(f"more than {FILE_MAX} fixes; send them in parts")
