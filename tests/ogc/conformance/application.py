"""The application as it is served, with the collections of the tests beside its own."""

from fastapi import FastAPI

from gis_gov import asgi
from gis_gov.ogc import registered
from tests.ogc.conformance.sources import COLLECTIONS


def application() -> FastAPI:
    """Make the application of one server process."""
    registered.COLLECTIONS.update(COLLECTIONS)  # type: ignore[attr-defined]
    return asgi.application()
