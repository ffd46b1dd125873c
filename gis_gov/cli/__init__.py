"""The command line: parse, call, print. One module a command or group of commands."""

import sys


def main() -> None:
    """Run the command that the process was called with, and exit."""
    try:
        # Imported here, so that Ctrl-C in the first moments leaves no traceback either.
        from gis_gov.cli.commands import run  # noqa: PLC0415

        sys.exit(run(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
