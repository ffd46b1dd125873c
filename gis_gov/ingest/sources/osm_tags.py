"""What OSM's tags mean to us: which objects are of a kind, and their fields.

Sources: wiki.openstreetmap.org, Map features; Key:addr; Tag:man_made=surveillance;
Tag:boundary=administrative (admin levels of China).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Tags = Mapping[str, str]
Row = dict[str, Any]

POI_KEYS = ("amenity", "shop", "tourism", "leisure", "office", "healthcare", "craft")
_LEVELS = {"4": "province", "5": "city", "6": "district", "8": "street", "10": "community"}
# GA/T 2000.32 types of what OSM's address keys name, from the widest down.
_ELEMENTS = (
    ("addr:province", "11"),
    ("addr:city", "12"),
    ("addr:district", "13"),
    ("addr:suburb", "20"),
    ("addr:neighbourhood", "31"),
    ("addr:place", "42"),
    ("addr:street", "41"),
    ("addr:housenumber", "50"),
    ("addr:unit", "61"),
    ("addr:flats", "62"),
)
_CJK = re.compile("[\u3400-\u9fff]")


@dataclass(frozen=True)
class OsmKind:
    """How objects of one kind are found (`keys`, `is_one`) and described (`row`)."""

    keys: tuple[str, ...]
    is_one: Callable[[Tags], bool]
    fields: Callable[[Tags], Row]
    polygons: bool = False

    def row(self, code: str, tags: Tags) -> Row:
        """Describe an object by our fields; all its tags come along in `tags`."""
        return {"code": code, "name": _name(tags), **self.fields(tags), "tags": dict(tags)}


def _name(tags: Tags) -> str | None:
    return tags.get("name") or tags.get("name:zh") or tags.get("name:en")


def _address_text(tags: Tags) -> str | None:
    if full := tags.get("addr:full"):
        return full
    parts = [tags[key] for key, _ in _ELEMENTS if tags.get(key)]
    if not parts:
        return None
    if any(_CJK.search(part) for part in parts):
        return "".join(parts)
    line = [tags.get("addr:street") or tags.get("addr:place"), tags.get("addr:housenumber")]
    town = [tags.get("addr:postcode"), tags.get("addr:city")]
    joined = [" ".join(part for part in group if part) for group in (line, town)]
    return ", ".join(part for part in joined if part) or " ".join(parts)


def _address(tags: Tags) -> Row:
    elements = [{"type": kind, "name": tags[key]} for key, kind in _ELEMENTS if tags.get(key)]
    return {"full_text": _address_text(tags), "elements": elements}


def _house(tags: Tags) -> Row:
    usage = tags["building"]
    return {
        "kind": "building",
        "usage": None if usage == "yes" else usage,
        "floors": tags.get("building:levels"),
        "height_m": tags.get("height"),
        "address_text": _address_text(tags),
    }


def _resource(tags: Tags) -> Row:
    if tags.get("man_made") == "surveillance":
        return {
            "kind": "camera",
            "name": _name(tags) or tags.get("description") or "surveillance",
            "class": tags.get("camera:type") or tags.get("surveillance:type"),
            "owner": tags.get("operator"),
            "azimuth_deg": tags.get("camera:direction") or tags.get("direction"),
        }
    value = next(tags[key] for key in POI_KEYS if key in tags)
    return {
        "kind": "poi",
        "name": _name(tags) or value,
        "class": value,
        "owner": tags.get("operator"),
    }


def _area(tags: Tags) -> Row:
    level = tags.get("admin_level")
    return {"level": _LEVELS.get(level or ""), "admin_level": level}


KINDS: Mapping[str, OsmKind] = {
    "addresses": OsmKind(
        ("addr:housenumber", "addr:full"),
        lambda tags: "addr:interpolation" not in tags,
        _address,
    ),
    "houses": OsmKind(
        ("building",), lambda tags: tags.get("building") not in {None, "no"}, _house, polygons=True
    ),
    "resources": OsmKind(
        (*POI_KEYS, "man_made"),
        lambda tags: tags.get("man_made") == "surveillance" or any(key in tags for key in POI_KEYS),
        _resource,
    ),
    "areas": OsmKind(
        ("boundary",),
        lambda tags: tags.get("boundary") == "administrative" and "admin_level" in tags,
        _area,
        polygons=True,
    ),
}
