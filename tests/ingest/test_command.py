"""`gis-gov load` as it is called."""

import json
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from gis_gov.cli.commands import run
from gis_gov.shipped import shipped
from tests.ingest.conftest import rows

Write = Callable[..., Path]


@pytest.fixture
def home(own_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("GIS_GOV_DATABASE_URL", own_database_url)
    return ["--home", str(tmp_path / "home")]


def test_report_as_one_json_object(
    home: list[str], write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write("a.csv", "code,全称,x,y\nA,甲,113,22\nB,,113,22\n")
    code = run(
        [
            "load",
            "addresses",
            str(path),
            "--map",
            "full_text=全称",
            "--crs",
            "gcj02",
            "--json",
            *home,
        ]
    )
    told = json.loads(capsys.readouterr().out)
    assert code == 0
    counts = [told[name] for name in ("read", "inserted", "updated", "unchanged", "rejected")]
    assert counts == [2, 1, 0, 0, 1]
    assert told["reasons"] == {"missing_full_text": 1}
    assert Path(told["rejects_file"]).is_file()


def test_report_as_text(home: list[str], write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write("a.csv", "code,full_text\nA,甲\n")
    assert run(["load", "addresses", str(path), *home]) == 0
    assert "read 1: inserted 1, updated 0, unchanged 0, rejected 0" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["places", "a.csv"], "places: no such kind"),
        (["addresses", "none.csv"], "none.csv: no such file"),
        (["addresses", "a.csv", "--crs", "moon"], "--crs moon: unknown datum"),
        (["addresses", "a.csv"], "nothing tells the datum"),
    ],
)
def test_refusal_is_one_line(
    home: list[str],
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(write("a.csv", "code,full_text,lon,lat\nA,甲,1,2\n").parent)
    assert run(["load", *arguments, *home]) == 1
    told = capsys.readouterr().err.strip()
    assert message in told
    assert len(told.splitlines()) == 1


def test_load_in_which_every_row_is_rejected_fails(home: list[str], write: Write) -> None:
    assert run(["load", "addresses", str(write("a.csv", "code,full_text\nA,\n")), *home]) == 1


def test_auto_loads_the_sample_in_order(
    home: list[str], own_database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shipped("sample_data")
    assert run(["load", "auto", str(folder), "--dry-run", *home]) == 0
    assert run(["load", "auto", str(folder), "--json", *home]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["rejected"] == 0
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert told["read"] == told["inserted"] == sum(each["rows"] for each in manifest["files"])
    assert len(told["loads"]) == len(manifest["files"])
    persons = next(each["rows"] for each in manifest["files"] if each["kind"] == "persons")
    with psycopg.connect(own_database_url) as connection:
        query = "select sum(count) from tally where layer = 'persons' and grid_id <> 0"
        assert rows(connection, query) == [(persons,)]
    assert run(["load", "auto", str(folder), "--json", *home]) == 0
    again = json.loads(capsys.readouterr().out)
    assert again["unchanged"] == again["read"] == told["read"]


def test_every_load_of_auto_has_a_rejects_file_of_its_own(
    home: list[str], write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "more").mkdir()
    files = [
        write("addresses.csv", "code,full_text\nA,\n"),
        write("more/addresses.csv", "code,full_text\nB,\nC,丙\n"),
        write("workers.csv", "code,name\n1,\n"),
    ]
    rejects = str(tmp_path / "r.csv")
    assert run(["load", "auto", *map(str, files), "--json", "--rejects", rejects, *home]) == 1
    told = json.loads(capsys.readouterr().out)
    counts = [told[name] for name in ("read", "inserted", "updated", "unchanged", "rejected")]
    assert counts == [4, 1, 0, 0, 3]
    assert told["reasons"] == {"missing_full_text": 2, "missing_name": 1}
    assert told["rejects_file"] is None
    found = [Path(each["rejects_file"]) for each in told["loads"]]
    assert len(set(found)) == 3
    assert [len(path.read_text(encoding="utf-8").splitlines()) for path in found] == [2, 2, 2]
