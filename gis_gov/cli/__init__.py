"""The command line: parse, call, print. One module a command or group of commands."""

import gc
import sys

from gis_gov import OBJECTS_BEFORE_GARBAGE


def main() -> None:
    """Run the command that the process was called with, and exit."""
    gc.set_threshold(OBJECTS_BEFORE_GARBAGE, 10, 10)  # imports alone make 200,000 objects
    try:
        # Imported here, so that Ctrl-C in the first moments leaves no traceback either.
        from gis_gov.cli.commands import run  # noqa: PLC0415

        sys.exit(run(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        gc.freeze()  # what is left needs no search for cycles as the process ends
