"""Every text that the interface takes, and SQL to put there."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from tests.accounts.people import PASSWORD, Town
from tests.attacks.attacking import VICTIM, VICTIM_POINT, WHY
from tests.contracts.openapi_document import made
from tests.contracts.requests import REQUESTS
from tests.registry.conftest import EAST
from tests.signed_in import make_key

HARMLESS = "nothing-has-this-text"
PAYLOADS = (
    "' or '1'='1",
    "' or 1=1 --",
    "') or ('1'='1",
    "x' union select code, name, null from person --",
    "'; select set_config('gis_gov.reach_person', '{\"all\":true}', false); --",
    "'; reset role; select set_config('role', 'none', false); --",
    "'; drop table person cascade; --",
    "'; update person set area_id = 2; --",
    "P3'/**/or/**/'a'='a",
    "P3' -- ",
    "'||(select name from person limit 1)||'",
    "$$; delete from audit; $$",
    "%(code)s",
    "%s%%",
    "\\'; select 1; --",
    "{{7*7}}${7*7}",
    '"; select 1; --',
    "＇ or ＇1＇=＇1",
    "P%",
    "P_",
    "1; select pg_sleep(0)",
)
# What says that a part of a text was taken for SQL.
SIGNS = ("syntax error", "psycopg", "relation ", "postgres", "sqlstate", "internal-error")
ROWS = """
    select md5(string_agg(t, '' order by t)) from (
        select p::text as t from person as p
        union all select a::text from area as a
        union all select concat_ws(' ', h.code, h.area_id, h.grid_id, h.address_id) from house as h
        union all select concat_ws(' ', d.code, d.full_text, d.area_id, d.grid_id) from address as d
        union all select g::text from role_grant as g where g.account_id is null
    ) as rows
"""


@dataclass(frozen=True)
class Question:
    """A request with one place in it for a text."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    place: tuple[str, ...]

    def request(self, text: str) -> tuple[str, dict[str, str], Any]:
        """Return the URL, the query and the body with a text in the place."""
        where, *names = self.place
        if where == "path":
            return self.path.replace("{}", quote(text, safe="")), self.query, self.body
        if where == "query":
            return self.path, {**self.query, names[0]: text}, self.body
        return self.path, self.query, _with(self.body, names, text)


def _with(body: Any, names: list[str], text: str) -> Any:
    if not names:
        return text
    copy = json.loads(json.dumps(body))
    copy[int(names[0]) if isinstance(copy, list) else names[0]] = _with(
        body[int(names[0]) if isinstance(body, list) else names[0]], names[1:], text
    )
    return copy


def is_text(parameter: dict[str, Any]) -> bool:
    """Say whether a parameter takes any text; numbers and choices are tried by schemathesis."""
    schema = parameter["schema"]
    return any(
        each.get("type") == "string" and "enum" not in each and "const" not in each
        for each in schema.get("anyOf", [schema])
    )


RULE: dict[str, Any] = {
    "name": "x",
    "area": EAST,
    "object": {"kind": "person", "codes": ["P3"], "points": [{"name": "x", "lon": 1, "lat": 1}]},
    "workers": ["W1"],
    "patrol_kind": "river",
    "alternates": ["uav"],
    "cadence": "month",
}
BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/persons/search"): {"phone": "1", "id_number": "1"},
    ("POST", "/persons/{code}/reveal"): {"fields": ["phone"], "reason": WHY},
    ("POST", "/session"): {"name": "wang", "password": "x", "totp": "000000"},
    ("POST", "/accounts"): {"name": "newcomer", "display_name": "x"},
    ("PATCH", "/accounts/{name}"): {"change": "unlock"},
    ("POST", "/accounts/{name}/roles"): {
        "role": "analyst",
        "area": EAST,
        "grid": "g",
        "department": "d",
        "person_classes": ["rely"],
        "valid_from": "2026-01-01",
    },
    ("POST", "/keys"): {"name": "k", "roles": [{"role": "commander", "area": EAST}]},
    ("PUT", "/session/password"): {"password": "x", "new_password": "Harbour-Wind-58"},
    ("POST", "/session/totp"): {"password": "x"},
    ("PUT", "/session/totp"): {"code": "000000"},
    ("POST", "/session/totp/removal"): {"password": "x"},
    ("POST", "/locate"): {"points": [[113.15, 22.05]]},
    ("POST", "/nearby"): {
        "geometry": {"type": "Point", "coordinates": [113.15, 22.05]},
        "kinds": ["camera", "enterprise"],
        "classes": ["dome"],
        "risk_classes": ["high"],
    },
    ("POST", "/affected"): {
        "geometry": {
            "type": "Polygon",
            "coordinates": [[[113.1, 22], [113.2, 22], [113.2, 22.1], [113.1, 22]]],
        }
    },
    ("POST", "/statistics/polygon"): {
        "type": "Polygon",
        "coordinates": [[[113.1, 22], [113.2, 22], [113.2, 22.1], [113.1, 22]]],
    },
    ("POST", "/positions"): {
        "worker": "W1",
        "device": "d",
        "positions": [
            {"time": "2026-01-05T08:00:00Z", "lon": 113.15, "lat": 22.05, "source": "gps"}
        ],
    },
    ("PUT", "/workers/{code}/shifts"): {
        "shifts": [{"kind": "leave", "day": "2026-01-05", "begins": "08:00", "ends": "12:00"}]
    },
    ("POST", "/osmand"): {"device_id": "d.s", "location": {"event": "x"}},
    ("POST", "/passing"): {"within": EAST},
    ("POST", "/cameras/along"): {"patrol": "p", "classes": ["dome"]},
    ("POST", "/patrols"): {"worker": "W1", "kind": "patrol"},
    ("POST", "/rules"): {"code": "u", "level": "street", **RULE},
    ("PUT", "/rules/{code}"): RULE,
    ("POST", "/rules/{code}/end"): {"valid_to": "2026-01-05"},
    ("POST", "/tasks/{id}/excuse"): {"reason": "x"},
    ("PUT", "/calendar"): {"days": [{"day": "2026-01-01", "works": False, "name": "x"}]},
    ("POST", "/patrols/{code}/stop"): {"ends_at": "2026-01-05T08:00:00Z"},
    ("POST", "/fences"): {
        "code": "f",
        "name": "n",
        "area": EAST,
        "tells": ["enter"],
        "windows": [{"weekdays": [1], "from": "08:00", "to": "18:00"}],
        "valid_from": "2026-01-05T08:00:00Z",
        "for_workers": ["W1"],
    },
    ("PUT", "/fences/{code}"): {
        "name": "n",
        "grid": EAST + "101",
        "tells": ["enter"],
        "valid_to": "2026-01-05T08:00:00Z",
        "for_area": EAST,
    },
    ("POST", "/alarms/{id}/acknowledgement"): {"note": "n"},
    # It would lie in the west: it is written, looked at, and taken back.
    ("POST", "/collections/{collection}/items"): {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": list(VICTIM_POINT)},
        "properties": {"code": "c", "name": "n", "owner": "o", "class": "k"},
    },
    ("PUT", "/collections/{collection}/items/{code}"): {
        "type": "Feature",
        "geometry": None,
        "properties": {"name": "n", "category": "c", "phone": "1"},
    },
    ("PATCH", "/collections/{collection}/items/{code}"): {
        "properties": {"category": "c", "address_code": "B1", "uscc": "u"}
    },
}
WRITTEN = {
    ("POST", "/collections/{collection}/items"): {"collection": "pois"},
    ("PUT", "/collections/{collection}/items/{code}"): {"collection": "enterprises", "code": "E1"},
    ("PATCH", "/collections/{collection}/items/{code}"): {
        "collection": "enterprises",
        "code": "E1",
    },
    ("DELETE", "/collections/{collection}/items/{code}"): {"collection": "houses", "code": "H1"},
}
PATH_VALUES = {
    "code": VICTIM,
    "name": "wang",
    "id": "1",
    "layers": "grids",
    "collection": "persons",
}


def leaves(body: Any, *above: str) -> Iterator[tuple[str, ...]]:
    """Name the place of each text in a body."""
    match body:
        case dict():
            for name, inner in body.items():
                yield from leaves(inner, *above, name)
        case list():
            for number, inner in enumerate(body):
                yield from leaves(inner, *above, str(number))
        case str():
            yield above


def questions(key: tuple[str, str], operation: dict[str, Any]) -> Iterator[Question]:
    """Name every place of an operation that takes a text."""
    asked = REQUESTS[key]
    query = {name: str(value) for name, value in asked.query.items()}
    values = {**asked.path, **PATH_VALUES, **WRITTEN.get(key, {})}
    plain = Question(key[0], key[1].format(**values), query, BODIES.get(key), ())
    for parameter in filter(is_text, operation.get("parameters", [])):
        name, where = parameter["name"], parameter["in"]
        if where == "path":
            holed = key[1].format(**{**values, name: "{}"})
            yield replace(plain, path=holed, place=("path",))
        else:
            yield replace(plain, place=("query", name))
    for place in leaves(plain.body):
        yield replace(plain, place=("body", *place))


OPERATIONS = {
    key: asked
    for path, methods in json.loads(made())["paths"].items()
    for verb, operation in methods.items()
    if (asked := list(questions(key := (verb.upper(), path), operation)))
}


async def nobody_sees_more(town: Town) -> None:
    """Ask on each connection of the pool, by whom who may see nobody, and who may see the east."""
    town.execute("update account set failures = 0, locked_until = null")  # wrong passwords, all
    outsider = town.machine(make_key(town.url, "analyst"))
    insider = town.machine(make_key(town.url, "supervisor", area=EAST))
    for _ in range(4):
        assert (await outsider.get("/persons")).status_code == 403
        assert [f["id"] for f in (await insider.get("/persons")).json()["features"]] == ["P1", "P2"]
    assert (await town.browser().sign_in("wang", PASSWORD)).status_code == 200
