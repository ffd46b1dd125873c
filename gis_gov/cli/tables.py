"""Tables on standard output, one row a line, so that other programs can read them too."""

import sys
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from gis_gov.accounts.grant_queries import RoleRow


def print_rows(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table; in a pipe its columns are parted by tabulators, and nothing is cut."""
    if not sys.stdout.isatty():
        for row in (titles, *rows):
            print("\t".join(row))
        return
    table = Table(*titles, box=box.SIMPLE)
    for row in rows:
        table.add_row(*row)
    Console(markup=False).print(table)


def print_roles(rows: Sequence[RoleRow]) -> None:
    """Print the roles that somebody holds."""
    print_rows(
        ("id", "role", "where", "department", "person classes", "from", "until"),
        [
            (
                str(row.id),
                row.role,
                row.area_code or row.grid_code or "everywhere",
                row.department or "",
                ", ".join(row.person_classes or ()),
                row.valid_from.isoformat(),
                row.valid_to.isoformat() if row.valid_to else "",
            )
            for row in rows
        ],
    )
