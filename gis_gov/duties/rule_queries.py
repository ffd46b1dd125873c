"""Every query of those who read and write rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from psycopg import AsyncConnection
from sqlalchemy import ColumnElement, Text, cast, func, or_, select, tuple_

from gis_gov.access.actor import Actor
from gis_gov.areas.tables import area
from gis_gov.db.run import dicts, rows_of, scalar, sql_file, tuples
from gis_gov.duties.objects import object_code
from gis_gov.duties.seen import known_rules
from gis_gov.duties.tables import (
    patrol_rule,
    patrol_rule_object,
    patrol_rule_point,
    patrol_rule_worker,
)
from gis_gov.patrols.service import known_workers
from gis_gov.patrols.tables import worker

_PACKAGE: Final = __package__ or ""
_UNTOLD: Final = frozenset({"id", "area_id", "geom", "made_on", "created_at"})
_TOLD: Final[list[ColumnElement[Any]]] = [
    *(each for each in patrol_rule.c if each.name not in _UNTOLD),
    area.c.code.label("area"),
]


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest version of a rule."""

    id: int
    version: int
    area_id: int
    valid_from: date
    valid_to: date | None


async def read_area_id(conn: AsyncConnection[Any], code: str) -> int | None:
    """Find an area by its code."""
    return await scalar(conn, select(area.c.id).where(area.c.code == code))


async def worker_ids(
    conn: AsyncConnection[Any], actor: Actor, codes: Sequence[str]
) -> dict[str, int]:
    """Find workers by their codes, of whom one may know."""
    query = select(worker.c.code, worker.c.id).where(
        worker.c.code.in_(list(codes)), known_workers(actor)
    )
    return dict(await tuples(conn, query))


async def read_newest(
    conn: AsyncConnection[Any], actor: Actor, code: str, version: int | None = None
) -> Newest | None:
    """Read the newest version of a rule of which one may know, or one of its versions."""
    columns = [
        patrol_rule.c[name] for name in ("id", "version", "area_id", "valid_from", "valid_to")
    ]
    query = (
        select(*columns)
        .where(patrol_rule.c.code == code, known_rules(actor))
        .order_by(patrol_rule.c.version.desc())
        .limit(1)
    )
    if version is not None:
        query = query.where(patrol_rule.c.version == version)
    found = await rows_of(conn, Newest, query)
    return next(iter(found), None)


async def insert_rule(
    conn: AsyncConnection[Any], values: dict[str, Any], parts: dict[str, Any]
) -> None:
    """Write a version of a rule with what it names."""
    number = await scalar(conn, sql_file(_PACKAGE, "insert_rule"), values)
    await conn.execute(sql_file(_PACKAGE, "insert_parts"), {**parts, "rule_id": number})


async def end_rule(conn: AsyncConnection[Any], number: int, valid_to: date) -> bool:
    """End a version that goes on; say whether it did."""
    values = {"id": number, "valid_to": valid_to}
    return bool((await conn.execute(sql_file(_PACKAGE, "end_rule"), values)).rowcount)


async def read_rules(
    conn: AsyncConnection[Any], actor: Actor, after: tuple[str, int] | None, limit: int
) -> list[dict[str, Any]]:
    """Read the versions that are in force or are to come, by code and version."""
    is_over = patrol_rule.c.valid_to < func.local_today()
    query = (
        select(*_TOLD)
        .join(area, area.c.id == patrol_rule.c.area_id)
        .where(known_rules(actor), or_(patrol_rule.c.valid_to.is_(None), ~is_over))
    )
    key = tuple_(patrol_rule.c.code, patrol_rule.c.version)
    if after is not None:
        query = query.where(key > tuple_(*after))
    query = query.order_by(patrol_rule.c.code, patrol_rule.c.version).limit(limit)
    return await dicts(conn, query)


async def read_rule(
    conn: AsyncConnection[Any], actor: Actor, code: str, version: int | None = None
) -> dict[str, Any] | None:
    """Read the newest version of a rule, or one of its versions, with what it names and draws."""
    newest = await read_newest(conn, actor, code, version)
    if newest is None:
        return None
    line = cast(func.st_asgeojson(patrol_rule.c.geom, 7, 0), Text).label("geometry")
    query = select(*_TOLD, line).join(area, area.c.id == patrol_rule.c.area_id)
    (row,) = await dicts(conn, query.where(patrol_rule.c.id == newest.id))
    row["objects"] = await _objects(conn, actor, newest.id)
    row["workers"] = await _workers(conn, actor, newest.id)
    row["points"] = await dicts(
        conn,
        select(
            patrol_rule_point.c.number,
            patrol_rule_point.c.name,
            func.st_x(patrol_rule_point.c.geom).label("lon"),
            func.st_y(patrol_rule_point.c.geom).label("lat"),
            patrol_rule_point.c.radius_m,
        )
        .where(patrol_rule_point.c.rule_id == newest.id)
        .order_by(patrol_rule_point.c.number),
    )
    versions = [patrol_rule.c[name] for name in ("version", "valid_from", "valid_to")]
    row["versions"] = await dicts(
        conn,
        select(*versions)
        .where(patrol_rule.c.code == code, known_rules(actor))
        .order_by(patrol_rule.c.version.desc()),
    )
    return row


async def _objects(conn: AsyncConnection[Any], actor: Actor, rule_id: int) -> list[str]:
    code = object_code(actor, patrol_rule.c.object_kind, patrol_rule_object.c.object_id)
    query = (
        select(code.label("code"))
        .select_from(patrol_rule_object)
        .join(patrol_rule, patrol_rule.c.id == patrol_rule_object.c.rule_id)
        .where(patrol_rule_object.c.rule_id == rule_id)
    )
    return sorted(each for (each,) in await tuples(conn, query) if each is not None)


async def _workers(conn: AsyncConnection[Any], actor: Actor, rule_id: int) -> list[str]:
    query = (
        select(worker.c.code)
        .join(patrol_rule_worker, patrol_rule_worker.c.worker_id == worker.c.id)
        .where(patrol_rule_worker.c.rule_id == rule_id, known_workers(actor))
        .order_by(worker.c.code)
    )
    return [code for (code,) in await tuples(conn, query)]
