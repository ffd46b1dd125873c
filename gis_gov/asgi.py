"""The application for an ASGI server, as `granian --factory gis_gov.asgi:application`.

Settings come from the environment; GIS_GOV_DATABASE_URL must be among them.
"""

import ctypes
import signal

from fastapi import FastAPI

from gis_gov import log
from gis_gov.app import create_app
from gis_gov.settings import Settings

_PR_SET_PDEATHSIG = 1


def application() -> FastAPI:
    """Make the application of one server process, which ends with the process that started it."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    settings = Settings()
    log.configure(settings.log_level)
    return create_app(settings)
