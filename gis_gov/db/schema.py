"""Gather the tables of all features, for migrations and for the check against drift."""

from gis_gov.access import tables as access
from gis_gov.areas import tables as areas
from gis_gov.changes import tables as changes
from gis_gov.counting import tables as counting
from gis_gov.db.metadata import metadata
from gis_gov.duties import tables as duties
from gis_gov.events import tables as events
from gis_gov.fences import tables as fences
from gis_gov.ingest import tables as ingest
from gis_gov.patrols import tables as patrols
from gis_gov.registry import tables as registry
from gis_gov.resources import tables as resources

__all__ = ["FEATURES", "metadata"]

FEATURES = (
    areas,
    resources,
    registry,
    events,
    patrols,
    fences,
    duties,
    counting,
    access,
    ingest,
    changes,
)
