"""What no address could end with is no code, whoever writes it; names may hold anything."""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.natural_key import RULE, is_code
from tests.ingest.conftest import Loader, rejected

ODD = ["12/3", "12／3", "a\\b", ".", "..", "a\tb", "x" * 256]
SOUND = ["12-3", "号", "a.b", "...", "(2024)浙0112民初3号", "50%", "a b", "x" * 255]
KINDS: dict[str, str] = {
    "events": "reported_at,title\n{code},2026-01-05 08:00,东路1/2号占道",
    "resources": "kind,name,lon,lat\n{code},poi,1/2号市场,113.15,22.05",
    "addresses": "full_text,lon,lat\n{code},东路1/2号,113.15,22.05",
    "workers": "name\n{code},陈一",
    "enterprises": "name,address_text\n{code},东/西商行,东路1/2号",
    "persons": "name\n{code},陈一",
    "areas": "name,level,parent_code\n{code},某街道,street,",
}


def file_of(write: Callable[..., Path], kind: str, codes: list[str]) -> Path:
    head, row = KINDS[kind].split("\n")
    quoted = [row.format(code='"' + code.replace('"', '""') + '"') for code in codes]
    return write(f"{kind}.csv", "\n".join([f"code,{head}", *quoted]) + "\n")


@pytest.mark.parametrize("kind", KINDS)
def test_a_code_that_fits_into_no_address_is_refused_and_it_is_said_how_to_mend_it(
    load_file: Loader, write: Callable[..., Path], rejects: Path, kind: str
) -> None:
    report = load_file(kind, file_of(write, kind, ODD), crs="cgcs2000")
    assert report.reasons == {"bad_code": len(ODD)}
    told = {row["detail"] for row in rejected(rejects)}
    assert all("code" in each for each in told)
    if kind != "areas":  # whose codes are stricter
        assert f"code: '12/3': {RULE}" in told


def test_texts_and_references_hold_what_they_hold(
    load_file: Loader, write: Callable[..., Path], connection: psycopg.Connection
) -> None:
    connection.execute("insert into area (code, name, level) values ('99', '区', 'district')")
    connection.execute("insert into worker (code, name) values ('甲/1', '陈一')")
    path = write(
        "events.csv",
        "code,reported_at,title,worker_code,external_code\n"
        "E1,2026-01-05 08:00,东路1/2号\\3,甲/1,案/12/3\n",
    )
    assert load_file("events", path).inserted == 1
    row = connection.execute(
        "select e.title, e.external_code, w.code from event as e join worker as w"
        " on w.id = e.worker_id where e.code = 'E1'"
    ).fetchone()
    assert row == ("东路1/2号\\3", "案/12/3", "甲/1")


@pytest.mark.parametrize("kind", ["events", "resources", "enterprises"])
def test_sound_codes_are_loaded(load_file: Loader, write: Callable[..., Path], kind: str) -> None:
    assert load_file(kind, file_of(write, kind, SOUND), crs="cgcs2000").inserted == len(SOUND)


@given(st.text(max_size=8))
def test_a_code_is_one_part_of_a_path(text: str) -> None:
    odd = {*"/\\\x7f", *map(chr, range(32))}
    assert is_code(text) == (bool(text) and odd.isdisjoint(text) and text not in {".", ".."})
