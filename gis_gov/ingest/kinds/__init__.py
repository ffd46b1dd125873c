"""The kinds of data that can be loaded, field by field.

A field's own name is always known; after it come the names that files give it, the likeliest
first. They are generic: Chinese government tables (简 and 繁), OSM extracts of Geofabrik, service
requests of US cities (311), GPS logs. What is special to one publisher is in dialects.yaml.
"""

from collections.abc import Mapping

from gis_gov.ingest.kinds.events import EVENTS
from gis_gov.ingest.kinds.fences import FENCES
from gis_gov.ingest.kinds.places import ADDRESSES, AREAS, GRIDS
from gis_gov.ingest.kinds.positions import POSITIONS
from gis_gov.ingest.kinds.registry import ENTERPRISES, HOUSES, PERSONS
from gis_gov.ingest.kinds.resources import RESOURCES, WORKERS
from gis_gov.ingest.spec import Kind

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        AREAS,
        GRIDS,
        ADDRESSES,
        HOUSES,
        PERSONS,
        ENTERPRISES,
        RESOURCES,
        WORKERS,
        FENCES,
        EVENTS,
        POSITIONS,
    )
}
"""All kinds, in the order in which they build on each other."""
