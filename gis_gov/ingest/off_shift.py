"""Positions of workers who were off shift: refused, as those that come by any other way."""

from collections import defaultdict
from typing import Final, LiteralString

from psycopg import sql
from psycopg.rows import dict_row

from gis_gov.db.run import sql_file
from gis_gov.ingest.stage import Stage
from gis_gov.patrols.shifts.roster import Roster, Shift

REASON: Final = "off_shift"
_WORKERS: Final[LiteralString] = "select w.id, w.code from worker as w where w.id = any(%s)"
_TIMES: Final[LiteralString] = (
    "select distinct s.worker_code, s.time from stage as s where s.worker_code = any(%s)"
)
_MADE: Final[LiteralString] = (
    "create temporary table stage_off_shift (worker_code text, time timestamptz) on commit drop"
)
_IS_OFF: Final = sql.SQL(
    "exists (select from stage_off_shift as o"
    " where o.worker_code = s.worker_code and o.time = s.time)"
)


def refuse_off_shift(stage: Stage) -> None:
    """Refuse the staged rows of times at which their worker was off shift, if he has shifts."""
    rosters = _rosters(stage) if "worker_code" in stage.given else {}
    if not rosters:
        return
    found = stage.connection.execute(_TIMES, [list(rosters)]).fetchall()
    stage.connection.execute(_MADE)
    with (
        stage.connection.cursor() as cursor,
        cursor.copy("copy stage_off_shift from stdin") as copy,
    ):
        for code, time in found:
            if not rosters[code].is_on(time):
                copy.write_row((code, time))
    stage.reject_where(REASON, sql.SQL("''"), _IS_OFF)
    stage.connection.execute("drop table stage_off_shift")


def _rosters(stage: Stage) -> dict[str, Roster]:
    """Read when those are on shift who have shifts, by code."""
    with stage.connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(sql_file("gis_gov.patrols.shifts", "shifts"), {"ids": None})
        shifts: defaultdict[int, list[Shift]] = defaultdict(list)
        for row in rows.fetchall():
            shifts[row.pop("worker_id")].append(Shift(**row))
    codes = stage.connection.execute(_WORKERS, [list(shifts)]).fetchall()
    return {code: Roster(shifts[number], unless_told=True) for number, code in codes}
