"""`gis-gov bench` as a user runs it, on the small sample and the real server."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from fcntl import LOCK_EX, flock
from pathlib import Path

import httpx
import psycopg
import pyarrow as pa
import pytest
from fastapi import FastAPI

from gis_gov.bench import empty_app
from gis_gov.bench.bulk_locate import Disagreement, compare_answers
from gis_gov.bench.contenders import CONTENDERS
from gis_gov.bench.peer import LOCK, NoPeer, install
from gis_gov.bench.questions import make_subjects, read_counts, read_events, read_places
from gis_gov.formats.known import FORMATS
from gis_gov.tiles.service import LAYERS
from tests.missing import skip_without
from tests.signed_in import bearer, client_of, make_key


def run(url: str, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gis_gov", "bench", *arguments],
        env={**os.environ, "GIS_GOV_DATABASE_URL": url, "GIS_GOV_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Wait for the other workers: their databases are others, but the server is the same."""
    with (tmp_path_factory.getbasetemp().parent / "scratch.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        yield


def peer_or_skip(home: Path) -> None:
    """Install the peer beforehand; without its packages there is nothing to compare."""
    try:
        install(home / "bench" / "tipg", LOCK)
    except NoPeer as error:
        skip_without(f"tipg can't be had here: {error}")


def test_every_subject_is_answered_by_everyone_who_can(
    sample_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.getbasetemp() / "bench-home"
    peer_or_skip(home)
    several = ("--concurrency", "1", "--concurrency", "2", "--with-writes")
    done = run(sample_url, home, "--seconds", "0.03", *several, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["skipped"] == {}
    assert found["bare_sql_by"].startswith("pgbench")
    assert found["written"]["edits"] > 10
    assert found["written"]["loads"] >= 1
    assert found["data"]["persons"] > 5000
    assert found["cold"] is None
    machine = found["machine"]
    assert machine["processor"].endswith(f", {os.cpu_count()} cores")
    assert "PostGIS" in machine["postgresql"]
    assert {"memory", "system", "python"} < set(machine)
    with psycopg.connect(sample_url) as conn:
        asked_about = read_places(conn), read_events(conn)
        subjects = {subject.name: subject for subject in make_subjects(*asked_about)}
    asked = [(told["subject"], told["concurrency"]) for told in found["subjects"]]
    assert asked == [(name, at_once) for name in subjects for at_once in (1, 2)]
    for told in found["subjects"]:
        subject = subjects[told["subject"]]
        wanted = (bool(subject.ours), subject.query is not None, bool(subject.peer))
        assert tuple(name in told for name in CONTENDERS) == wanted
        assert told["failures"] == {}
        assert len(told["wanted"]) == len(subject.wants)
        assert all(each["measured"] > 0 for each in told["wanted"])
        for figures in (told[name] for name in CONTENDERS if name in told):
            assert figures["per_second"] > 0
            assert figures["answers"] >= 3
            assert 0 < figures["p50_ms"] <= figures["p95_ms"] <= figures["p99_ms"]
            assert figures["first_ms"] > 0


def test_without_its_packages_the_peer_is_left_out_with_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NoPeer, match="only in a checkout"):
        install(tmp_path / "venv", tmp_path / "missing.lock")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(NoPeer, match="can't be installed"):
        install(tmp_path / "venv", LOCK)


def test_an_empty_database_is_refused_in_one_line(database_url: str, tmp_path: Path) -> None:
    done = run(database_url, tmp_path)
    assert done.returncode == 1
    assert done.stderr.strip() == (
        "gis-gov: the database is empty; load something: gis-gov up, gis-gov load"
    )


@pytest.mark.usefixtures("alone")
def test_loading_is_measured_and_cleaned_up(database_url: str, tmp_path: Path) -> None:
    done = run(database_url, tmp_path, "load", "--addresses", "500", "--persons", "900", "--json")
    assert done.returncode == 0, done.stderr
    addresses, persons = json.loads(done.stdout)["loads"]
    assert (addresses["kind"], addresses["rows"]) == ("addresses", 500)
    assert (persons["kind"], persons["rows"]) == ("persons", 900)
    assert 0 < addresses["seconds"] < 200
    assert 20 < addresses["peak_mb"] < 1500
    assert addresses["indexes"] >= 5
    (kept,) = (tmp_path / "bench").iterdir()
    assert kept.name.endswith("-bench-load.json")
    with psycopg.connect(database_url) as conn:
        rows = conn.execute("select 1 from pg_database where datname = 'gis_gov_bench'").fetchall()
    assert rows == []


def test_questions_are_about_places_where_something_is(sample_url: str) -> None:
    with psycopg.connect(sample_url) as conn:
        places, counts = read_places(conn), read_counts(conn)
        again = read_places(conn)
    assert places == again
    assert len(set(places)) > 100
    assert counts["grids"] >= 20


def test_the_cost_of_access_is_measured(sample_url: str, tmp_path: Path) -> None:
    done = run(sample_url, tmp_path, "access", "--seconds", "0.1", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    asked = [cost["question"] for cost in found["costs"]]
    assert {"nearby: 2 km, counts, nearest 50", "list: persons, 100 by code"} <= set(asked)
    for cost in found["costs"]:
        assert set(cost["p50_ms"]) == {"everywhere", "street"}
        for name, times_ms in cost["p50_ms"].items():
            assert times_ms["open"] > 0
            ratio = times_ms["fenced"] / times_ms["open"]
            assert cost["ratios"][name] == pytest.approx(ratio, abs=0.1)


def test_locating_many_is_measured_beside_two_other_ways(sample_url: str, tmp_path: Path) -> None:
    done = run(sample_url, tmp_path, "locate", "--points", "3000", "--rounds", "1", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["points"] == 3000
    assert [way["way"] for way in found["ways"]] == ["gis_gov", "bare SQL", "geopandas"]
    assert all(way["median_s"] > 0 for way in found["ways"])
    assert found["ways"][0]["ratio"] == 1
    with psycopg.connect(sample_url) as conn:
        assert conn.execute("select name from api_key where name = 'bench'").fetchall() == []


def test_exports_are_measured_in_each_format(sample_url: str, tmp_path: Path) -> None:
    done = run(sample_url, tmp_path, "exports", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    copied, *exported = told["exports"]
    assert [each["way"] for each in exported] == list(FORMATS)
    with psycopg.connect(sample_url) as conn:
        counted = conn.execute("select count(*) from address where valid_to is null").fetchone()
    for each in (copied, *exported):
        assert (each["rows"],) == counted
        assert 0 < each["first_s"] <= each["seconds"]
        assert each["file_mb"] > 0
    assert all(0 < each["memory_mb"] <= each["peak_mb"] for each in exported)
    rows, *growth = told["wanted"]
    assert (rows["limit"], rows["measured"], rows["met"]) == (1_000_000, copied["rows"], False)
    assert [each["wanted"] for each in growth] == [
        f"memory that {name} takes more ≤ 150 MB" for name in FORMATS
    ]
    assert all(each["met"] for each in growth)


def test_ways_that_find_different_grids_are_told() -> None:
    codes = pa.chunked_array([pa.array(["a", None, "b"])])
    others = pa.chunked_array([pa.array(["a", "c", "b"])])
    with pytest.raises(Disagreement, match="bare SQL found another grid for 1 points"):
        compare_answers({"gis_gov": codes, "bare SQL": others})


@pytest.mark.usefixtures("alone")
def test_what_guards_and_audit_add_is_measured(database_url: str, tmp_path: Path) -> None:
    done = run(database_url, tmp_path, "guards", "--seconds", "0.2", "--json")
    assert done.returncode == 0, done.stderr
    answers = {told["parts"]: told for told in json.loads(done.stdout)["answers"]}
    bare, whole = answers["neither"], answers["guards, an entry an answer"]
    assert bare["ratio"] == 1
    assert whole["ratio"] == pytest.approx(whole["p50_ms"] / bare["p50_ms"], rel=0.05)
    assert all(told["per_second"] > 0 for told in answers.values())
    # An entry takes a commit; what the guards alone take is less than two short runs may differ by.
    assert whole["p50_ms"] > bare["p50_ms"]
    with psycopg.connect(database_url) as conn:
        rows = conn.execute("select 1 from pg_database where datname = 'gis_gov_bench'").fetchall()
    assert rows == []


@pytest.mark.parametrize(
    ("make", "guarded"), [(empty_app.guarded, True), (empty_app.unguarded, False)]
)
async def test_the_builds_differ_in_guards_alone(
    own_database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    make: Callable[[], FastAPI],
    guarded: bool,
) -> None:
    monkeypatch.setenv("GIS_GOV_DATABASE_URL", own_database_url)
    app = make()
    paths = (empty_app.AUDITED, empty_app.COUNTED, empty_app.UNAUDITED)
    async with app.router.lifespan_context(app), client_of(httpx.ASGITransport(app)) as client:
        assert [(await client.get(path)).status_code for path in paths] == [401] * 3
        client.headers.update(bearer(make_key(own_database_url)))
        answers = [await client.get(path) for path in paths for _ in range(10)]
        with psycopg.connect(own_database_url) as conn:
            kinds = conn.execute(
                "select object_kind from audit where action = 'bench.read'"
            ).fetchall()
    assert {answer.status_code for answer in answers} == {200}
    assert {"x-content-type-options" in answer.headers for answer in answers} == {guarded}
    assert kinds.count((None,)) == 10
    assert 1 <= kinds.count(("empty",)) <= 2  # a minute may end meanwhile


def test_the_key_of_a_measurement_is_taken_back(sample_url: str) -> None:
    with psycopg.connect(sample_url) as conn:
        assert conn.execute("select name from api_key where name = 'bench'").fetchall() == []


def test_the_fullest_tiles_of_each_layer_are_measured(sample_url: str, tmp_path: Path) -> None:
    done = run(sample_url, tmp_path, "tiles", "--times", "1", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    (kept,) = (tmp_path / "bench").iterdir()
    assert f"kept in {kept}" in done.stderr
    assert json.loads(kept.read_bytes()) == told
    assert told["command"] == "bench tiles"
    viewers = ["everything", "the district as an area", "the fullest street"]
    of = [viewers[0], f"{viewers[0]}, filtered", viewers[1], f"{viewers[1]}, filtered", viewers[2]]
    assert [(each["wanted"].split(" ≤")[0], each["limit"]) for each in told["wanted"]] == [
        (f"{what}, {each}", limit)
        for each in of
        for what, limit in (("the slowest tile's median", 50), ("the heaviest tile", 500))
    ]
    built = [
        each for each in told["tiles"] if each["viewer"] == viewers[0] and not each["filtered"]
    ]
    some = [each for each in told["tiles"] if each["filtered"]]
    assert {each["layer"].split("?")[0] for each in some} >= {"events", "pois", "cameras"}
    asked = {each["layer"] for each in some if each["viewer"] == viewers[1]}
    assert {"events?state=closed", "events?level=grid", "events?datetime of 30 days"} <= asked
    in_street = {each["layer"] for each in told["tiles"] if each["viewer"] == viewers[2]}
    assert {"events", "tracks", "persons", "addresses"} <= in_street <= set(LAYERS)
    together = "events,pois,cameras,centres,workers"
    in_degrees = {f"{name}, CGCS2000Quad" for name in ("areas", "grids", "addresses", "events")}
    assert {each["layer"] for each in built} == {*LAYERS, "heat_hexagons", together, *in_degrees}
    sizes = {(each["layer"], each["tile"]): each["bytes"] for each in built}
    zooms = {
        name: {tile.split("/")[0] for layer, tile in sizes if layer == name} for name in in_degrees
    }
    # A level of that matrix set is as wide as the zoom after it.
    assert zooms["events, CGCS2000Quad"] == {str(zoom - 1) for zoom in range(6, 18)}
    for (layer, tile), size in sizes.items():
        if layer == together and ("events", tile) in sizes:
            assert size > sizes["events", tile]
    for each in built:
        assert 0 < each["p50_ms"] <= each["p95_ms"]
    assert all(each["bytes"] for each in built if each["layer"] in {"grids", "heat_hexagons"})
