"""The vector-tile layers that are served; each is a file of the same name in tiles/."""

from dataclasses import dataclass
from typing import Literal

from gis_gov.access.permissions import Permission

_OF_PEOPLE = frozenset(
    {
        Permission.ADDRESS_READ,
        Permission.HOUSE_READ,
        Permission.PERSON_READ,
        Permission.TRACK_READ,
        Permission.WORKER_READ,
        Permission.EVENT_READ,
    }
)


@dataclass(frozen=True, slots=True)
class Layer:
    """Describe one layer: what it shows, and the fields of its features.

    `right` is what it takes to see it; how much of it is up to the row policies.
    Reading a `personal` one is audited: it tells of persons or workers.
    It `shows` kinds of the change log: a write of no such kind leaves its tiles as they are. A
    layer that names none is built each time.
    Below `single_zoom` the features are gathered by H3 cell and have the fields `cell` and `count`;
    who may not know where persons live gets these without a `cell`. What is `public` tells of
    nobody, and of nothing that is watched: it may be taken out as a whole.
    """

    name: str
    right: Permission
    title: str
    title_zh: str
    geometry: Literal["polygon", "point"]
    fields: dict[str, str]
    shows: frozenset[str] = frozenset()
    single_zoom: int = 0
    personal: bool = False
    public: bool = False

    @property
    def may_be_kept(self) -> bool:
        """Whether a browser may keep a copy: of what tells of people, it may not."""
        return self.right not in _OF_PEOPLE


_NAMED = {"code": "Natural key", "name": "Name"}
_COUNT = {"count": "Things that the feature stands for"}

LAYERS: dict[str, Layer] = {
    layer.name: layer
    for layer in (
        Layer(
            "areas",
            Permission.MAP_READ,
            "Administrative areas",
            "行政区划",
            "polygon",
            {**_NAMED, "level": "Level"},
            shows=frozenset({"area"}),
            public=True,
        ),
        Layer(
            "grids",
            Permission.MAP_READ,
            "Grids",
            "网格",
            "polygon",
            {
                **_NAMED,
                "layer": "base, exclusive, second or micro",
                "area_code": "Code of the community",
            },
            shows=frozenset({"grid", "area"}),
            public=True,
        ),
        Layer(
            "area_labels",
            Permission.MAP_READ,
            "Where the names of areas stand",
            "区划注记",
            "point",
            {**_NAMED, "level": "Level"},
            shows=frozenset({"area"}),
            public=True,
        ),
        Layer(
            "grid_labels",
            Permission.MAP_READ,
            "Where the names of grids stand",
            "网格注记",
            "point",
            {**_NAMED, "layer": "base, exclusive, second or micro"},
            shows=frozenset({"grid"}),
            public=True,
        ),
        Layer(
            "addresses",
            Permission.ADDRESS_READ,
            "Standard addresses",
            "标准地址",
            "point",
            {
                "code": "Natural key",
                "full_text": "The whole address",
                "level": "Type code of the lowest element (GA/T 2000.32)",
                **_COUNT,
            },
            shows=frozenset({"address"}),
            single_zoom=15,
        ),
        Layer(
            "houses",
            Permission.HOUSE_READ,
            "Buildings and dwellings",
            "房屋",
            "point",
            {
                **_NAMED,
                "kind": "building or dwelling",
                "usage": "Usage",
                "floors": "Floors",
                **_COUNT,
            },
            shows=frozenset({"house", "address"}),
            single_zoom=14,
        ),
        Layer(
            "enterprises",
            Permission.ENTERPRISE_READ,
            "Enterprises",
            "企业",
            "point",
            {**_NAMED, "category": "Category", "risk_class": "Risk class", **_COUNT},
            shows=frozenset({"enterprise", "address"}),
            single_zoom=14,
        ),
        Layer(
            "persons",
            Permission.PERSON_READ,
            "Persons per address",
            "人口",
            "point",
            _COUNT,
            shows=frozenset({"person", "address", "grid"}),
            single_zoom=14,
            personal=True,
        ),
        Layer(
            "cameras",
            Permission.RESOURCE_READ,
            "Cameras",
            "摄像头",
            "point",
            {
                **_NAMED,
                "class": "Class",
                "owner": "Owner",
                "azimuth_deg": "Direction, degrees from north",
                "field_of_view_deg": "Field of view, degrees",
                "range_m": "Range, metres",
                **_COUNT,
            },
            shows=frozenset({"resource"}),
            single_zoom=12,
        ),
        Layer(
            "centres",
            Permission.RESOURCE_READ,
            "Governance centres",
            "治理中心",
            "point",
            {**_NAMED, "class": "Class", **_COUNT},
            shows=frozenset({"resource"}),
            single_zoom=12,
            public=True,
        ),
        Layer(
            "pois",
            Permission.RESOURCE_READ,
            "Points of interest",
            "兴趣点",
            "point",
            {**_NAMED, "class": "Class", **_COUNT},
            shows=frozenset({"resource"}),
            single_zoom=12,
            public=True,
        ),
        Layer(
            "workers",
            Permission.TRACK_READ,
            "Workers, where they were last",
            "网格员",
            "point",
            {**_NAMED, "kind": "Kind", "time": "When, in seconds since 1970"},
            personal=True,
        ),
        Layer(
            "events",
            Permission.EVENT_READ,
            "Events",
            "事件",
            "point",
            {
                "code": "Natural key",
                "title": "Title",
                "state": "State",
                "level": "Level that handles it",
                "class_code": "Class code",
                "class_name": "Class name",
                "reported_at": "When reported, in seconds since 1970",
                "cell": "H3 cell by which closed events are gathered below zoom 14",
                **_COUNT,
            },
            shows=frozenset({"event"}),
            single_zoom=12,
        ),
    )
}
