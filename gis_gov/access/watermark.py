"""How a table that is taken out tells by whom, and when."""

from datetime import datetime

from gis_gov.access.actor import Actor
from gis_gov.days import LOCAL


def watermark(actor: Actor, at: datetime) -> str:
    """Write who took a table out, and when."""
    return f"{actor.name} {at.astimezone(LOCAL).isoformat(timespec='seconds')}"
