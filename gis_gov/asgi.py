"""The application for an ASGI server, as `granian --factory gis_gov.asgi:application`.

Settings come from the environment; GIS_GOV_DATABASE_URL must be among them.
"""

import atexit
import ctypes
import gc
import signal

from fastapi import FastAPI

from gis_gov import OBJECTS_BEFORE_GARBAGE, log
from gis_gov.settings import Settings

_PR_SET_PDEATHSIG = 1


def application() -> FastAPI:
    """Make the application of one server process, which ends with the process that started it."""
    gc.set_threshold(OBJECTS_BEFORE_GARBAGE, 10, 10)
    from gis_gov.app import create_app  # noqa: PLC0415 - a fifth of the import is looking for cycles

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    settings = Settings()
    log.configure(settings.log_level)
    atexit.register(gc.freeze)  # to look for cycles once more as it ends takes 0.7 s
    return create_app(settings)
