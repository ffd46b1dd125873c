"""A rule is written as it is sent: what it names is looked up, and a change is a new version."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

import shapely
from psycopg import AsyncConnection

from gis_gov.access.actor import Actor
from gis_gov.access.permissions import Permission
from gis_gov.access.problems import NotAllowed
from gis_gov.asked_shape import BadShape, shape_of
from gis_gov.days import today
from gis_gov.duties import rule_queries as queries
from gis_gov.duties.objects import TABLES, ids_of
from gis_gov.duties.rule_queries import Newest
from gis_gov.duties.rule_schemas import ObjectSent, RuleEnd, RuleTerms
from gis_gov.duties.task_making import oldest_of
from gis_gov.problems import Conflict, InvalidRequest, NotFound

_DAY: Final = timedelta(days=1)
_SAME: Final = (
    "name",
    "level",
    "patrol_kind",
    "alternates",
    "cadence",
    "per_period",
    "working_days",
    "min_minutes",
    "min_metres",
    "min_interval_h",
    "min_coverage",
    "in_order",
    "max_speed_mps",
    "without_stays",
    "is_own",
    "workers_min",
)
NEAR_M: Final = 50.0


class RuleEnded(Conflict):
    """It has its last day already."""

    slug, title, status = "rule-ended", "The rule has ended", 409


async def create(
    conn: AsyncConnection[Any], actor: Actor, code: str, sent: RuleTerms, kept_days: int
) -> None:
    """Write the first version of a rule, in a transaction; positions are kept for `kept_days`.

    Raises:
        UniqueViolation: there is a rule of that code.
        InvalidRequest, NotAllowed: what is sent can't be, or is not his to say.

    """
    valid_from = sent.valid_from or today()
    oldest = oldest_of(today(), kept_days)
    if valid_from < oldest:
        raise InvalidRequest.at(
            "body.valid_from", f"is before {oldest}, of which no positions are kept to judge by"
        )
    await _insert(conn, actor, sent, {"code": code, "version": 1, "valid_from": valid_from})


async def replace(conn: AsyncConnection[Any], actor: Actor, code: str, sent: RuleTerms) -> None:
    """End a rule and let a new version begin the day after, in a transaction.

    Raises:
        NotFound, RuleEnded: there is none of that code, or none that goes on.
        InvalidRequest, NotAllowed: what is sent can't be, or is not his to say.

    """
    newest = await _writable(conn, actor, code)
    valid_from = sent.valid_from or max(today(), newest.valid_from) + _DAY
    if valid_from < today():
        raise InvalidRequest.at("body.valid_from", "is past: what was asked for stays")
    if valid_from <= newest.valid_from:
        raise InvalidRequest.at(
            "body.valid_from", f"is not after {newest.valid_from}, when the last version begins"
        )
    await _end(conn, newest, valid_from - _DAY)
    values = {"code": code, "version": newest.version + 1, "valid_from": valid_from}
    await _insert(conn, actor, sent, values)


async def end(conn: AsyncConnection[Any], actor: Actor, code: str, sent: RuleEnd) -> None:
    """Let a rule end, in a transaction; tasks of periods that began before stay.

    Raises:
        NotFound, RuleEnded: there is none of that code, or none that goes on.
        InvalidRequest: it would end in the past, or before it begins.

    """
    newest = await _writable(conn, actor, code)
    valid_to = sent.valid_to or max(today(), newest.valid_from)
    if valid_to < today():
        raise InvalidRequest.at("body.valid_to", "is past")
    if valid_to < newest.valid_from:
        raise InvalidRequest.at("body.valid_to", f"is before it begins, on {newest.valid_from}")
    await _end(conn, newest, valid_to)


async def _writable(conn: AsyncConnection[Any], actor: Actor, code: str) -> Newest:
    newest = await queries.read_newest(conn, actor, code)
    if newest is None:
        raise NotFound("There is no such rule, or it is not yours to see.")
    _check_area(actor, newest.area_id)
    return newest


async def _end(conn: AsyncConnection[Any], newest: Newest, valid_to: date) -> None:
    if not await queries.end_rule(conn, newest.id, valid_to):
        raise RuleEnded("It has its last day already; make a new rule.")


def _check_area(actor: Actor, area_id: int) -> None:
    if not actor.reach(Permission.RULE_WRITE).holds(area_id, None):
        raise NotAllowed(
            f"This needs {Permission.RULE_WRITE} in the area of the rule.",
            right=str(Permission.RULE_WRITE),
        )


async def _insert(
    conn: AsyncConnection[Any], actor: Actor, sent: RuleTerms, named: Mapping[str, Any]
) -> None:
    area_id = await queries.read_area_id(conn, sent.area)
    if area_id is None:
        raise InvalidRequest.at("body.area", "there is no area of that code")
    _check_area(actor, area_id)
    if sent.workers_min > 1 and sent.is_own:
        raise InvalidRequest.at("body.workers_min", "those who go together need is_own: false")
    kind = sent.object.kind
    route = _route(sent.object)
    if kind == "points" and not sent.object.points:
        raise InvalidRequest.at("body.object.points", "a rule about check points has some")
    if sent.min_coverage is not None and kind != "route":
        raise InvalidRequest.at("body.min_coverage", "only a route is covered")
    radius_m = (
        (0.0 if kind in {"grid", "area"} else NEAR_M) if sent.radius_m is None else sent.radius_m
    )
    values = {
        **named,
        **{name: getattr(sent, name) for name in _SAME},
        "area_id": area_id,
        "object_kind": kind,
        "radius_m": radius_m,
        "only_near": kind in {"grid", "area"} if sent.only_near is None else sent.only_near,
        "wkb": None if route is None else route.wkb,
    }
    points = sent.object.points
    parts = {
        "worker_ids": await _workers(conn, actor, sent),
        "object_ids": await _objects(conn, actor, sent.object),
        "names": [each.name for each in points],
        "radii_m": [each.radius_m for each in points],
        "lon": [each.lon for each in points],
        "lat": [each.lat for each in points],
    }
    await queries.insert_rule(conn, values, parts)


def _route(sent: ObjectSent) -> shapely.LineString | shapely.MultiLineString | None:
    if sent.kind != "route":
        if sent.geometry is not None:
            raise InvalidRequest.at("body.object.geometry", "is for routes")
        return None
    if sent.geometry is None:
        raise InvalidRequest.at("body.object.geometry", "a route has one: a line or several")
    shape = shape_of(sent.geometry, None)
    if not isinstance(shape, shapely.LineString | shapely.MultiLineString) or shape.length == 0:
        raise BadShape.at("body.object.geometry", "a route is a LineString or MultiLineString")
    return shape


async def _workers(conn: AsyncConnection[Any], actor: Actor, sent: RuleTerms) -> list[int]:
    found = await queries.worker_ids(conn, actor, sent.workers) if sent.workers else {}
    return _all("body.workers", sent.workers, found)


async def _objects(conn: AsyncConnection[Any], actor: Actor, sent: ObjectSent) -> list[int]:
    if sent.kind not in TABLES:
        if sent.codes:
            raise InvalidRequest.at("body.object.codes", f"{sent.kind} have no codes")
        return []
    if not sent.codes and sent.kind not in {"grid", "area"}:
        raise InvalidRequest.at("body.object.codes", f"name each {sent.kind}")
    found = await ids_of(conn, actor, sent.kind, sent.codes) if sent.codes else {}
    return _all("body.object.codes", sent.codes, found)


def _all(where: str, codes: list[str], found: Mapping[str, int]) -> list[int]:
    """Return the numbers of all codes, each once."""
    for at, code in enumerate(codes):
        if code not in found:
            raise InvalidRequest.at(f"{where}.{at}", "there is none of that code that you may know")
    return sorted(set(found.values()))
