"""Find the command that is asked for, run it, and tell of what went wrong.

A module `gis_gov/cli/NAME.py` has a function NAME, which is the command, or a typer `app`, which is
the group. Only the module of the command that is asked for is imported.
"""

from collections.abc import Sequence
from importlib import import_module

import typer

from gis_gov.cli.messages import explain, say

COMMANDS = (
    "up",
    "serve",
    "gateway",
    "forward",
    "device",
    "simulate",
    "position",
    "migrate",
    "load",
    "sample",
    "account",
    "role",
    "key",
    "db",
    "tiles",
    "secret",
    "audit",
    "bench",
    "test",
)


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code: 0, 1 for a failure, 2 for wrong usage."""
    asked = list(arguments) or ["--help"]
    try:
        command = typer.main.get_command(make_app(asked[0]))
        code = command.main(asked, prog_name="gis-gov", standalone_mode=False)
    except typer.TyperException as error:
        context = getattr(error, "ctx", None)
        command_path = context.command_path if context else "gis-gov"
        say(f"{error.format_message().rstrip('.')}. See: {command_path} --help")
        return error.exit_code
    except (typer.Abort, KeyboardInterrupt):
        return 130
    except Exception as error:
        line = explain(error)
        if line is None:
            raise
        say(line)
        return 1
    return code if isinstance(code, int) else 0


def make_app(asked: str = "") -> typer.Typer:
    """Make the command line with the command `asked`, or with all of them."""
    app = typer.Typer(
        name="gis-gov",
        help="A governed map of a district on PostGIS.\n\nExample: gis-gov up",
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    for name in [asked] if asked in COMMANDS else COMMANDS:
        module = import_module(f"gis_gov.cli.{name}")
        group = getattr(module, "app", None)
        if group is not None:
            app.add_typer(group, name=name)
        else:
            app.command(name, **getattr(module, "COMMAND", {}))(getattr(module, name))
    return app


def _root() -> None:
    """Take no options of its own."""
