"""Find the files that travel with the package: migrations, tile layers, the sample, the page."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def shipped(name: str) -> Path:
    """Return the folder `name` (migrations, tiles, sample_data).

    A wheel carries it inside the package, under `_shipped`; a checkout has it at its top level.

    Raises:
        FileNotFoundError: it is in neither place.

    """
    for folder in (_PACKAGE / "_shipped" / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"{name}: not found in the package nor beside it; install gis-gov anew")
