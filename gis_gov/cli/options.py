"""Options that several commands take, and the settings that they make."""

from pathlib import Path
from typing import Annotated

import typer

from gis_gov.settings import Settings

Home = Annotated[
    Path | None,
    typer.Option(
        "--home",
        help="Folder of the private PostGIS; else GIS_GOV_HOME, else .gis-gov.",
        file_okay=False,
    ),
]
Host = Annotated[
    str | None, typer.Option(help="Address to listen on; else GIS_GOV_HOST, else 127.0.0.1.")
]
Port = Annotated[
    int | None,
    typer.Option(help="TCP port to listen on; else GIS_GOV_PORT, else 8000.", min=1, max=65535),
]
TlsCert = Annotated[
    Path | None,
    typer.Option(
        "--tls-cert", help="PEM file of the certificate chain: serves HTTPS.", dir_okay=False
    ),
]
TlsKey = Annotated[
    Path | None,
    typer.Option("--tls-key", help="PEM file of the certificate's key.", dir_okay=False),
]
Seconds = Annotated[
    float, typer.Option(help="Time for each contender and question.", min=0.01, max=600)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Answer every question with yes.")]


def settings_from(**options: object) -> Settings:
    """Make the settings of a command: an option that is given stands above the environment."""
    return Settings(**{name: value for name, value in options.items() if value is not None})  # type: ignore[arg-type]
