"""What is special about each kind: fields that follow from others, and values that can't be."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from gis_gov.days import today
from gis_gov.ingest import codes
from gis_gov.ingest.arrow import pc
from gis_gov.ingest.fence_windows import put_windows
from gis_gov.ingest.frame import Frame
from gis_gov.ingest.idnumber import from_id_numbers
from gis_gov.ingest.report import Findings
from gis_gov.ingest.times import joined
from gis_gov.natural_key import FOLDERS, PATTERN, RULE

_AREA_CODE = r"^[0-9A-Za-z._-]{2,32}$"


def fitting_codes(frame: Frame) -> None:
    """Refuse codes of things that no address could end with."""
    if "code" not in frame.values:
        return
    codes = frame.array("code")
    fits = pc.match_substring_regex(codes, f"^{PATTERN}$").fill_null(True)
    folders = pc.is_in(codes, value_set=pa.array(FOLDERS, codes.type))
    odd = (~np.asarray(fits) | np.asarray(folders)) & ~frame.faults.mask
    if odd.any():
        found = codes.filter(pa.array(odd)).to_pylist()
        frame.faults.add(odd, "bad_code", [f"code: {code!r}: {RULE}" for code in found])


def areas(frame: Frame, _: Findings, _zone: ZoneInfo) -> None:
    """Write codes with 12 digits, and find the level by the code where the file does not tell."""
    if "code" not in frame.values:
        return
    written = codes.padded(frame.array("code"))
    frame.set("code", written)
    if "parent_code" in frame.values:
        frame.set("parent_code", codes.padded(frame.array("parent_code")))
    frame.fill("level", codes.levels_of(written))
    _refuse(frame, ~frame.has("level"), "missing_level", "no level, and none follows from the code")
    shaped = pc.match_substring_regex(written, _AREA_CODE).fill_null(True)
    odd = ~np.asarray(shaped)
    frame.faults.add(
        odd, "bad_code", [f"code {c!r}" for c in written.filter(pa.array(odd)).to_pylist()]
    )
    _refuse_reversed(frame, "valid_from", "valid_to")
    _refuse_ahead(frame)


def grids(frame: Frame, _: Findings, _zone: ZoneInfo) -> None:
    """Name a grid by its code where the file does not name it."""
    if "code" in frame.values:
        frame.fill("name", frame.array("code"), only_new="name" not in frame.values)
    if "area_code" in frame.values:
        frame.set("area_code", codes.padded(frame.array("area_code")))
    _refuse_reversed(frame, "valid_from", "valid_to")
    _refuse_ahead(frame)


def addresses(frame: Frame, _: Findings, _zone: ZoneInfo) -> None:
    """Check the validity."""
    _refuse_reversed(frame, "valid_from", "valid_to")


def persons(frame: Frame, findings: Findings, _: ZoneInfo) -> None:
    """Find sex and date of birth by the ID number; tell of numbers that can't be right."""
    if "id_number" not in frame.values:
        return
    numbers = pc.utf8_upper(frame.array("id_number"))
    frame.set("id_number", numbers)
    told = from_id_numbers(numbers)
    findings.add("id_number_invalid", told.invalid, frame.numbers)
    frame.fill("birth_date", told.birth_date)
    sex = pc.if_else(
        pc.equal(frame.array("sex"), "unknown"), pa.scalar(None, pa.string()), frame.array("sex")
    )
    differs = pc.and_(pc.is_valid(sex), pc.is_valid(told.sex))
    differs = pc.and_(differs, pc.not_equal(sex, told.sex)).fill_null(False)
    findings.add("sex_differs_from_id_number", np.asarray(differs), frame.numbers)
    if "sex" not in frame.values:
        frame.given.add("sex")
    frame.set("sex", pc.coalesce(sex, told.sex, pa.scalar("unknown")))


def resources(frame: Frame, findings: Findings, _: ZoneInfo) -> None:
    """Take a resource without a kind for a camera where cameras have fields, else for a POI."""
    if "kind" not in frame.values:
        of_cameras = {"azimuth_deg", "field_of_view_deg", "gb28181_id", "stream_url"}
        kind = "camera" if of_cameras & frame.values.keys() else "poi"
        findings.note(
            f"no column tells the kind of resource: all are taken as {kind} (--set kind=…)"
        )
        frame.fill("kind", pa.array([kind] * len(frame)))


def workers(frame: Frame, _: Findings, _zone: ZoneInfo) -> None:
    """Check the terms in grids."""
    _refuse_reversed(frame, "valid_from", "valid_to")


def events(frame: Frame, _: Findings, zone: ZoneInfo) -> None:
    """Join a date and a time of day; refuse what was closed before it was reported."""
    if {"reported_date", "reported_clock"} <= frame.values.keys():
        moment = joined(frame.array("reported_date"), frame.array("reported_clock"), zone)
        frame.fill("reported_at", moment)
    elif "reported_date" in frame.values:
        midnight = pa.array(np.zeros(len(frame), dtype=np.int64))
        frame.fill("reported_at", joined(frame.array("reported_date"), midnight, zone))
    _refuse_reversed(frame, "reported_at", "closed_at")


def positions(frame: Frame, _: Findings, _zone: ZoneInfo) -> None:
    """Name the device of a worker by the worker, where the file tells of no device."""
    if "worker_code" in frame.values:
        named = pc.binary_join_element_wise("worker-", frame.array("worker_code"), "")
        frame.fill("device", named)


def fences(frame: Frame, _: Findings, _zone: ZoneInfo) -> None:
    """Put the hours in which a fence counts in, as they are stored."""
    put_windows(frame)


def nothing(_: Frame, _findings: Findings, _zone: ZoneInfo) -> None:
    """Leave the rows as they are."""


RULES: dict[str, Callable[[Frame, Findings, ZoneInfo], None]] = {
    "areas": areas,
    "grids": grids,
    "addresses": addresses,
    "houses": nothing,
    "persons": persons,
    "enterprises": nothing,
    "resources": resources,
    "workers": workers,
    "fences": fences,
    "events": events,
    "positions": positions,
}


def _refuse(frame: Frame, where: np.ndarray, reason: str, detail: str) -> None:
    frame.faults.add(where & ~frame.faults.mask, reason, detail)


def _refuse_ahead(frame: Frame) -> None:
    """Refuse areas and grids of another day to come: what has no end is there, and nothing else."""
    for name, mend in (("valid_from", "load it on that day"), ("valid_to", "leave it empty")):
        if name in frame.values:
            days = frame.array(name)
            ahead = np.asarray(pc.greater(days, pa.scalar(today(), pa.date32())).fill_null(False))
            found = days.filter(pa.array(ahead)).to_pylist()
            details = [f"{name} {day} is yet to come: {mend}" for day in found]
            frame.faults.add(ahead, f"{name}_ahead", details)


def _refuse_reversed(frame: Frame, first: str, last: str) -> None:
    """Refuse rows whose end lies before their beginning."""
    if first in frame.values and last in frame.values:
        reversed_ = pc.less(frame.array(last), frame.array(first)).fill_null(False)
        frame.faults.add(
            np.asarray(reversed_), f"{last}_before_{first}", f"{last} lies before {first}"
        )
