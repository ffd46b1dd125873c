"""What the routes take and answer, by example; the data are the sample's, invented."""

from typing import Any, Final

PERSON: Final[dict[str, Any]] = {
    "type": "Feature",
    "id": "99010100000001",
    "geometry": {"type": "Point", "coordinates": [123.2917, 29.8604]},
    "properties": {
        "code": "99010100000001",
        "name": "赵**",
        "sex": "male",
        "birth_year": 1995,
        "birth_date": None,
        "id_number": "993****0012",
        "phone": "154****6217",
        "person_class": None,
        "tags": None,
        "address": "沧溟省云津市澄屿区汀屿街道霁文社区滨海西路160号1幢",
        "address_code": None,
        "house_code": None,
        "grid_code": "990101001001101",
        "area_code": "990101001001",
        "masked": [
            "name",
            "birth_date",
            "id_number",
            "phone",
            "person_class",
            "tags",
            "address",
            "address_code",
            "house_code",
            "geometry",
        ],
    },
}
HOUSE: Final[dict[str, Any]] = {
    "type": "Feature",
    "id": "99010100100100001",
    "geometry": {"type": "Point", "coordinates": [123.2914584, 29.8601746]},
    "properties": {
        "code": "99010100100100001",
        "name": "1幢",
        "kind": "building",
        "parent_code": None,
        "usage": "住宅",
        "floors": 6,
        "height_m": 18,
        "area_m2": 2400,
        "address": "沧溟省云津市澄屿区汀屿街道霁文社区滨海西路160号1幢",
        "address_code": "99010100100100001",
        "grid_code": "990101001001101",
        "area_code": "990101001001",
        "masked": [],
    },
}
ENTERPRISE: Final[dict[str, Any]] = {
    "type": "Feature",
    "id": "E0001",
    "geometry": {"type": "Point", "coordinates": [123.2914584, 29.8601746]},
    "properties": {
        "code": "E0001",
        "name": "云津某某餐饮店",
        "uscc": None,
        "category": "餐饮",
        "risk_class": "低",
        "contact_name": "张*",
        "phone": "154****0001",
        "address": "沧溟省云津市澄屿区汀屿街道霁文社区滨海西路160号",
        "address_code": "99010100100190001",
        "grid_code": "990101001001101",
        "area_code": "990101001001",
        "masked": ["contact_name", "phone"],
    },
}
SEARCH: Final = {"phone": "15488986217"}
REVEAL: Final = {"fields": ["phone"], "reason": "核查流动人口登记"}
REVEALED: Final = {"code": "99010100000001", "phone": "15488986217"}


def page(feature: dict[str, Any]) -> dict[str, Any]:
    """Return a last page of one feature."""
    return {"type": "FeatureCollection", "features": [feature], "next": None}
