"""Fill an empty database with a made-up district."""

from enum import StrEnum

from gis_gov.cli.messages import CommandError


class SampleSize(StrEnum):
    """How large a made-up district is."""

    NONE = "none"
    SMALL = "small"
    DISTRICT = "district"
    CITY = "city"


def load_first_data(url: str, size: SampleSize | None) -> None:
    """Load a sample of `size` (small if it is None) into an empty database."""
    if size is SampleSize.NONE:
        return
    raise CommandError(f"no {size} sample for {url.rpartition('/')[2]}")
