"""The application for an ASGI server, as `granian --factory gis_gov.asgi:application`.

Settings come from the environment; GIS_GOV_DATABASE_URL must be among them.
"""

import ctypes
import gc
import signal
from typing import Final

from fastapi import FastAPI

from gis_gov import log
from gis_gov.settings import Settings

_PR_SET_PDEATHSIG = 1
_OBJECTS_BEFORE_GARBAGE: Final = 50_000
"""So many are made before cycles are looked for, and not 700: an answer of thousands of rows made
Python go through all that a process keeps, 0.1 s, for nothing."""


def application() -> FastAPI:
    """Make the application of one server process, which ends with the process that started it."""
    gc.set_threshold(_OBJECTS_BEFORE_GARBAGE, 10, 10)
    from gis_gov.app import create_app  # noqa: PLC0415 - a fifth of the import is looking for cycles

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    settings = Settings()
    log.configure(settings.log_level)
    app = create_app(settings)
    # All of this stays as long as the process: nobody needs to look for cycles in it, not even as
    # it ends, which takes 0.7 s.
    gc.freeze()
    return app
