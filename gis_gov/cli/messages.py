"""What the command line says: one line, on standard error."""

import errno
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
from pydantic import ValidationError

from gis_gov.db.client import ClientError
from gis_gov.db.cluster import ClusterError
from gis_gov.db.cluster_lock import HomeHeldError
from gis_gov.db.cluster_programs import ProgramsMissingError
from gis_gov.log import without_secrets
from gis_gov.named_files import SettingsError


class CommandError(Exception):
    """A command can't go on: the message says what, where and how to mend it, in one line.

    A command raises it for the expected errors of the rooms that it calls.
    """


_EXPECTED = (
    ClientError,
    ClusterError,
    CommandError,
    HomeHeldError,
    ProgramsMissingError,
    SettingsError,
)


def say(message: str) -> None:
    """Print one line on standard error; the password of a URL in it is left out."""
    print(f"gis-gov: {without_secrets(message)}", file=sys.stderr, flush=True)


def explain(error: Exception) -> str | None:
    """Return the line that tells of an expected failure, or None for a defect of ours."""
    match error:
        case _ if isinstance(error, _EXPECTED):
            return str(error)
        case psycopg.errors.DiskFull():
            return f"the database's disk is full, nothing was changed: {_first_line(error)}"
        case psycopg.OperationalError():
            return f"the database does not answer: {_first_line(error)}"
        case ValidationError() if error.title == "Settings":
            return "; ".join(map(_fault, error.errors(include_input=False)))
        case OSError(errno=errno.ENOSPC):
            return f"the disk is full: {error.filename or 'a file'} can't be written"
        case OSError() if error.filename:
            return f"{Path(error.filename)}: {error.strerror}"
        case _:
            return None


def _fault(fault: Mapping[str, Any]) -> str:
    """Say what is wrong with a setting; what is wrong with several of them names them itself."""
    message = str(fault["msg"]).removeprefix("Value error, ")
    name = "_".join(map(str, fault["loc"])).upper()
    return f"GIS_GOV_{name}: {message}" if name else message


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
