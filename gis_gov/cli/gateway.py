"""`gis-gov gateway`."""

from typing import Annotated

import typer
import uvloop

from gis_gov.cli.database import database, for_server
from gis_gov.cli.messages import CommandError
from gis_gov.cli.options import Home, settings_from
from gis_gov.gateway.serving import serve_gateway

Port808 = Annotated[
    int | None, typer.Option(help="TCP port for terminals.", min=1, max=65535, show_default="6808")
]
Port809 = Annotated[
    int | None, typer.Option(help="TCP port for lower platforms.", min=1, max=65535)
]
GatewayHost = Annotated[str | None, typer.Option(help="Address to listen on.")]


def gateway(
    home: Home = None,
    host: GatewayHost = None,
    port_808: Port808 = None,
    port_809: Port809 = None,
) -> None:
    """Take the positions of terminals of vehicles (JT/T 808) and of lower platforms (JT/T 809).

    A process of its own beside `gis-gov serve`, on the same database. Terminals are entered by
    `gis-gov device add`.

    Example: gis-gov gateway --host 0.0.0.0 --port-808 6808
    """
    settings = settings_from(
        home=home, gateway_host=host, gateway_808_port=port_808, gateway_809_port=port_809
    )
    with database(settings, "gateway") as url:
        try:
            uvloop.run(serve_gateway(for_server(settings, url), _tell))
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from error


def _tell(line: str) -> None:
    print(line, flush=True)
