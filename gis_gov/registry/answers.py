"""Answers of lists of the registry."""

from collections.abc import Sequence

from starlette.responses import Response

from gis_gov.api import PRIVATE, GeoJsonResponse
from gis_gov.registry.service import Feature


def page_answer(features: Sequence[Feature], following: str | None) -> Response:
    """Answer a page of features, and the token of the page after it."""
    told = {"type": "FeatureCollection", "features": features, "next": following}
    return GeoJsonResponse(told, headers=PRIVATE)
