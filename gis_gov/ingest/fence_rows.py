"""Fences of a file: completed by what is known of them, and held to the rules of those drawn.

A fence is validated as a whole, so what a file has no column for is put in before: as it is of a
fence that is there, by default of a new one. Of its shape (a grid's, an area's, its own) and of
whom it watches only one can be told: a row that tells one leaves no other.
"""

from typing import Any, Final

from psycopg import sql
from psycopg.rows import dict_row
from pydantic import ValidationError

from gis_gov.db.run import sql_file
from gis_gov.fences.fence_schemas import FenceNew
from gis_gov.ingest.spec import Kind
from gis_gov.ingest.stage import Stage

_SHAPES: Final = ("grid_code", "area_code", "geom")
_WATCHED: Final = ("for_area_code", "for_workers")
# Members of what is sent whose fields have other names here.
_NAMES: Final = {
    "grid": "grid_code",
    "area": "area_code",
    "for_area": "for_area_code",
    "for_workers": "for_worker_codes",
}
_TOLD_MAX: Final = 80
_RETIRED: Final = sql.SQL("""
    exists (select 1 from fence as f where f.code = s.code and f.retired_at is not null)
""")
_RETIRED_DETAIL: Final = sql.SQL(
    "'code ' || s.code || ' was that of a fence that is retired: give another'"
)
_UNKNOWN_WORKERS: Final = sql.SQL("""
    from unnest(s.for_worker_codes) as u (code)
    where not exists (select 1 from worker as w where w.code = u.code)
""")
_ADD_WORKERS: Final = "alter table stage add column for_workers bigint[]"
_FIND_WORKERS: Final = """
    update stage as s set for_workers = (
        select array_agg(w.id order by u.place)
        from unnest(s.for_worker_codes) with ordinality as u (code, place)
        inner join worker as w on w.code = u.code
    )
    where s.for_worker_codes is not null
"""
_COMPLETE: Final = sql.SQL("""
    update stage as s set {assignments}
    from stage as o
    left join fence as f on f.code = o.code
    left join grid as g on g.id = f.of_grid_id
    left join area as a on a.id = f.of_area_id
    left join area as w on w.id = f.for_area_id
    where o.file = s.file and o.row = s.row
""")
_IS: Final = {
    "grid_code": sql.SQL("g.code"),
    "area_code": sql.SQL("a.code"),
    "geom": sql.SQL("case when num_nonnulls(f.of_grid_id, f.of_area_id) = 0 then f.geom end"),
    "for_area_code": sql.SQL("w.code"),
    "for_workers": sql.SQL("f.for_workers"),
}
_WHOLE: Final = sql.SQL("""
    select
        s.file, s.row, s.code, s.grid_code as grid, s.area_code as area,
        st_dimension(s.geom) as dimension, s.for_area_code as for_area,
        s.for_workers::text[] as for_workers, {members}
    from stage as s
    order by s.file, s.row
""")
# What follows a boundary has its shape by trigger.
_AS_FOLLOWED: Final = """
    update stage as s set geom = f.geom from fence as f where f.code = s.code and s.geom is null
"""


def settle_fences(stage: Stage) -> None:
    """Complete the staged fences, and refuse those that are retired or break a rule.

    From now on nobody else changes a fence, nor looks at fixes by any, until the load is through.
    """
    connection = stage.connection
    connection.execute(sql_file("gis_gov.fences", "lock_versions"))
    stage.reject_where("retired_code", _RETIRED_DETAIL, _RETIRED)
    _find_workers(stage)
    _complete(stage)
    with connection.cursor(row_factory=dict_row) as cursor:
        members = sql.SQL(", ").join(sql.Identifier("s", name) for name in _members(stage.kind))
        rows = cursor.execute(_WHOLE.format(members=members)).fetchall()
    stage.refuse([(*place, *fault) for place, fault in map(_judged, rows) if fault is not None])
    connection.execute(_AS_FOLLOWED)


def _find_workers(stage: Stage) -> None:
    """Find the ids of those whom the fences watch; refuse rows that name others, or nobody."""
    stage.connection.execute(_ADD_WORKERS)
    stage.types["for_workers"] = "bigint[]"
    if "for_worker_codes" not in stage.given:
        return
    stage.given.add("for_workers")
    stage.reject_where(
        "bad_for_worker_codes",
        sql.SQL("'for_worker_codes names nobody; leave it empty to watch all'"),
        sql.SQL("cardinality(s.for_worker_codes) = 0"),
    )
    stage.reject_where(
        "unknown_worker",
        sql.SQL("'for_worker_codes ' || (select string_agg(u.code, ' ') {})").format(
            _UNKNOWN_WORKERS
        ),
        sql.SQL("exists (select 1 {})").format(_UNKNOWN_WORKERS),
    )
    stage.connection.execute(_FIND_WORKERS)


def _complete(stage: Stage) -> None:
    """Put in what the files have no columns for."""
    made: dict[str, sql.Composable] = {}
    for name in _members(stage.kind):
        default = stage.kind.by_name[name].default
        if default is not None:  # what is empty in a column is this already
            made[name] = sql.SQL("coalesce({}, {}, {})").format(
                sql.Identifier("s", name), sql.Identifier("f", name), sql.Literal(default)
            )
        elif name not in stage.given:
            made[name] = sql.Identifier("f", name)
    for group in (_SHAPES, _WATCHED):
        told = _tells_any(stage, group)
        made |= {
            name: sql.SQL("case when not {} then {} end").format(told, _IS[name])
            for name in group
            if name not in stage.given
        }
    if "width_m" in made:
        # A polygon takes the width from a corridor that is drawn anew as one.
        made["width_m"] = sql.SQL(
            "case when not {} or st_dimension(s.geom) = 1 then f.width_m end"
        ).format(_tells_any(stage, _SHAPES))
    assignments = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(name), value) for name, value in made.items()
    )
    stage.connection.execute(_COMPLETE.format(assignments=assignments))
    stage.given |= made.keys()


def _tells_any(stage: Stage, group: tuple[str, ...]) -> sql.Composable:
    given = [sql.Identifier("s", name) for name in group if name in stage.given]
    if not given:
        return sql.SQL("false")
    return sql.SQL("(num_nonnulls({}) > 0)").format(sql.SQL(", ").join(given))


def _members(kind: Kind) -> list[str]:
    """Name the fields that the table has as they are."""
    return [each.name for each in kind.fields if each.stored and each.name != "code"]


def _judged(row: dict[str, Any]) -> tuple[tuple[int, int], tuple[str, str] | None]:
    place = row.pop("file"), row.pop("row")
    dimension = row.pop("dimension")
    sent = {name: value for name, value in row.items() if value is not None}
    if dimension is not None:
        sent["geometry"] = {}
    return place, _contradiction(sent, dimension) or _fault(sent)


def _contradiction(sent: dict[str, Any], dimension: int | None) -> tuple[str, str] | None:
    """Say which members contradict each other, and how that is mended."""
    shapes = [name for name in ("grid", "area", "geometry") if name in sent]
    if not shapes:
        return "missing_geometry", "no shape: tell a grid_code, an area_code or a geometry"
    if len(shapes) > 1:
        named = " and ".join(_NAMES.get(name, name) for name in shapes)
        return "several_shapes", f"{named}: only one of them can be its shape"
    if dimension == 1 and "width_m" not in sent:
        return "missing_width_m", "a line is the middle of a corridor: tell its width_m"
    if dimension != 1 and "width_m" in sent:
        return "bad_width_m", "width_m is of a corridor, whose middle line is the geometry"
    if {"for_area", "for_workers"} <= sent.keys():
        return "several_watched", "for_area_code and for_worker_codes: leave one of them out"
    begins, ends = sent.get("valid_from"), sent.get("valid_to")
    if begins and ends and ends <= begins:
        return "valid_to_before_valid_from", "valid_to is not later than valid_from"
    return None


def _fault(sent: dict[str, Any]) -> tuple[str, str] | None:
    """Say what the API would find wrong."""
    try:
        FenceNew.model_validate(sent)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        member = str(first["loc"][0]) if first["loc"] else "fence"
        field = _NAMES.get(member, member)
        if first["type"] == "missing":
            return f"missing_{field}", f"{field} is empty"
        told = repr(first["input"])[:_TOLD_MAX]
        return f"bad_{field}", f"{field} {told}: {first['msg']}"
    return None
