"""`gis-gov forward`."""

from typing import Annotated

import typer
import uvloop

from gis_gov.cli.database import database, for_server
from gis_gov.cli.messages import CommandError
from gis_gov.cli.options import Home, settings_from
from gis_gov.gateway.forwarding import forward as forward_positions


def forward(
    home: Home = None,
    edition: Annotated[int, typer.Option(help="Of JT/T 809: 2011 or 2019.")] = 2011,
) -> None:
    """Tell a superior platform where the vehicles are that were entered with `--forward`.

    A process of its own, on the same database as the server. The platform is that of
    GIS_GOV_GATEWAY_809_SUPERIOR. What it has not confirmed is kept, and sent again.

    Example: gis-gov forward --edition 2019
    """
    if edition not in (2011, 2019):
        raise CommandError("--edition: 2011 or 2019")
    settings = settings_from(home=home)
    with database(settings, "forward") as url:
        try:
            uvloop.run(forward_positions(for_server(settings, url), edition, _tell))
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from error


def _tell(line: str) -> None:
    print(line, flush=True)
