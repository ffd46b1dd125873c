"""`gis-gov sample`."""

from pathlib import Path
from typing import Annotated

import typer

from gis_gov.cli.messages import say
from gis_gov.cli.progress import progress_bar
from gis_gov.sample.figures import DEFAULT_SEED, SampleSize
from gis_gov.sample.generate import generate

Size = Annotated[SampleSize, typer.Option(help="How large a district, or a whole city.")]
Seed = Annotated[int, typer.Option(help="The same seed makes the same files.", min=0)]
Out = Annotated[Path, typer.Option(help="Folder for the files.", file_okay=False)]


def sample(out: Out, size: Size = SampleSize.SMALL, seed: Seed = DEFAULT_SEED) -> None:
    """Make a believable district of invented data, as files to load.

    Example: gis-gov sample --size district --seed 7 --out panyu
    """
    with progress_bar() as show:
        manifest = generate(size, seed, out, show)
    counts = ", ".join(f"{number:,} {kind}" for kind, number in manifest.counts.items())
    say(f"wrote {len(manifest.files)} files to {out}: {counts}")
