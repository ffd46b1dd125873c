"""Whether places can be right: outside the district, swapped, shifted by another datum, dummies."""

from gis_gov.ingest.frame import Frame
from gis_gov.ingest.placer import Placer
from gis_gov.ingest.report import Report
from gis_gov.ingest.spec import Kind
from gis_gov.ingest.stage import Stage


class Plausibility:
    """Looks at the points of a load as they pass."""

    def __init__(self, kind: Kind, placer: Placer) -> None:
        self._kind = kind
        self._placer = placer

    def see(self, frame: Frame) -> None:
        """Look at a batch."""

    def tell(self, stage: Stage, report: Report) -> None:
        """Tell what was found."""
