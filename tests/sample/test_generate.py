"""Generating: the same bytes from the same seed, all files or none, readable by anyone."""

import hashlib
import json
import resource
import time
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from gis_gov.sample import (
    DEFAULT_SEED,
    FIGURES,
    MANIFEST,
    SampleSize,
    generate,
    read_manifest,
)
from gis_gov.sample.partition import allot
from gis_gov.sample.writer import open_sheet
from gis_gov.shipped import shipped
from tests.sample.made import MIDDLING, Sample, make_sample

ORDER = ["areas", "grids", "addresses", "houses", "houses", "persons"]
ORDER += ["enterprises", "resources", "workers", "events", "positions"]


def hashes(folder: Path) -> dict[str, str]:
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.iterdir())
        if file.name != "README.md"
    }


def test_the_same_seed_makes_the_same_bytes(small: Sample, tmp_path: Path) -> None:
    again = make_sample(tmp_path / "again", SampleSize.SMALL, small.figures)
    assert hashes(again.folder) == hashes(small.folder)
    assert again.manifest == small.manifest
    other = make_sample(tmp_path / "other", SampleSize.SMALL, small.figures, seed=7)
    same = hashes(other.folder).items() & hashes(small.folder).items()
    assert not same


def test_columnar_files_are_the_same_too(middling: Sample, tmp_path: Path) -> None:
    again = make_sample(tmp_path, SampleSize.DISTRICT, MIDDLING)
    assert hashes(again.folder) == hashes(middling.folder)


def test_parts_do_not_depend_on_each_others_figures(small: Sample, tmp_path: Path) -> None:
    fewer = replace(small.figures, events=500, enterprises=50, cameras=60)
    other = make_sample(tmp_path, SampleSize.SMALL, fewer)
    kept = {"addresses.csv", "buildings.geojson", "dwellings.csv", "persons.csv", "workers.csv"}
    kept |= {"areas.geojson", "grids.geojson", "positions.csv"}
    ours, theirs = hashes(small.folder), hashes(other.folder)
    assert {name for name in ours if ours[name] == theirs[name]} == kept


def test_the_committed_sample_is_what_the_command_makes(small: Sample) -> None:
    assert hashes(shipped("sample_data")) == hashes(small.folder)


def test_the_committed_sample_stays_small() -> None:
    folder = shipped("sample_data")
    assert sum(file.stat().st_size for file in folder.iterdir()) < 5_000_000
    assert "CC0" in (folder / "README.md").read_text(encoding="utf-8")


def test_the_manifest_tells_what_is_there(sample: Sample) -> None:
    manifest = read_manifest(sample.folder)
    assert manifest == sample.manifest
    assert [entry.kind for entry in manifest.files] == ORDER
    assert manifest.seed == DEFAULT_SEED
    assert manifest.crs == "EPSG:4490"
    names = {entry.path for entry in manifest.files} | {MANIFEST}
    assert {file.name for file in sample.folder.iterdir()} == names
    for entry in manifest.files:
        file = sample.folder / entry.path
        if file.suffix == ".geojson":
            rows = pyogrio.read_info(file)["features"]
        elif file.suffix == ".parquet":
            rows = pq.read_metadata(file).num_rows
        else:
            rows = len(file.read_text(encoding="utf-8").splitlines()) - 1
        assert rows == entry.rows, entry.path
    assert manifest.counts["houses"] == sum(e.rows for e in manifest.files if e.kind == "houses")
    assert manifest.counts["persons"] == sample.figures.persons


def test_files_name_their_crs(middling: Sample) -> None:
    for entry in middling.manifest.files:
        file = middling.folder / entry.path
        if entry.crs is None:
            assert b"geo" not in (pq.read_schema(file).metadata or {})
        elif file.suffix == ".geojson":
            assert pyogrio.read_info(file)["crs"] == "EPSG:4490"
        else:
            crs = gpd.read_parquet(file).crs
            assert crs is not None
            assert crs.to_epsg() == 4490
            described = json.loads(pq.read_metadata(file).metadata[b"geo"])
            assert described["columns"]["geometry"]["encoding"] == "WKB"


def test_tables_have_the_loaders_own_field_names(sample: Sample) -> None:
    fields = {
        "addresses": "code full_text level elements aliases lon lat",
        "dwellings": "code name kind parent_code address_code usage area_m2",
        "persons": "code name sex birth_date id_number phone person_class tags"
        " address_code house_code",
        "enterprises": "code name uscc category risk_class contact_name phone address_code",
        "resources": "code kind name class owner azimuth_deg field_of_view_deg range_m gb28181_id"
        " stream_url address_code lon lat",
        "workers": "code name phone kind organisation area_code grid_codes valid_from",
        "events": "code external_code title description dictionary class_code state level source"
        " reported_at due_at closed_at worker_code address_text lon lat",
        "positions": "worker_code device time lon lat accuracy_m speed_mps bearing_deg altitude_m"
        " source",
    }
    for name, expected in fields.items():
        assert set(sample.table(name).columns) == set(expected.split()), name


def test_progress_rises_to_the_end(tmp_path: Path) -> None:
    seen: list[tuple[str, float]] = []
    generate(SampleSize.SMALL, 3, tmp_path, lambda what, done: seen.append((what, done)))
    shares = [done for _, done in seen]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert len({what for what, _ in seen}) >= 6


def test_a_failure_leaves_what_was_there(small: Sample, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    generate(SampleSize.SMALL, DEFAULT_SEED, tmp_path)
    before = hashes(tmp_path)
    impossible = replace(small.figures, overdue=2_000)
    with pytest.raises(ValueError, match="overdue"):
        generate(SampleSize.SMALL, 5, tmp_path, figures=impossible)
    assert hashes(tmp_path) == before
    generate(SampleSize.SMALL, 5, tmp_path)
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert read_manifest(tmp_path).seed == 5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"dwellings": 6_000}, "more households than dwellings"),
        ({"workers": 19}, "19 workers are too few for 20 grids"),
        ({"persons": 40_000}, "persons"),
        ({"grids": 4}, "too few"),
    ],
)
def test_figures_that_contradict_each_other_are_refused(
    change: dict[str, int], message: str, tmp_path: Path
) -> None:
    figures = replace(FIGURES[SampleSize.SMALL], **change)
    with pytest.raises(ValueError, match=message):
        generate(SampleSize.SMALL, 1, tmp_path, figures=figures)
    assert not list(tmp_path.iterdir())


def test_an_empty_sheet_is_an_error(tmp_path: Path) -> None:
    sheet = open_sheet(tmp_path, "events", "events", "point", columnar=True)
    with pytest.raises(ValueError, match=r"events\.parquet: nothing was written"):
        sheet.close()


def test_shares_add_up_by_largest_remainder() -> None:
    assert allot(10, np.array([1.0, 1.0, 1.0])).tolist() == [4, 3, 3]
    assert allot(7, np.array([5.0, 0.1, 0.1]), 1).tolist() == [5, 1, 1]
    with pytest.raises(ValueError, match="too few"):
        allot(2, np.ones(3), 1)


def test_a_whole_district_has_panyus_figures_quickly(tmp_path: Path) -> None:
    started = time.process_time()
    manifest = generate(SampleSize.DISTRICT, DEFAULT_SEED, tmp_path)
    assert time.process_time() - started < 120
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 3_000_000
    sample = Sample(tmp_path, manifest, FIGURES[SampleSize.DISTRICT])
    areas, grids = sample.shapes("areas"), sample.shapes("grids")
    assert areas.level.value_counts()[["street", "community"]].tolist() == [16, 275]
    base = grids[grids.layer == "base"].geometry.to_numpy()
    assert len(base) == 2_019
    assert shapely.coverage_is_valid(base)
    district = areas.set_index("level").geometry["district"]
    assert shapely.normalize(shapely.coverage_union_all(base)) == shapely.normalize(district)
    assert grids.households[grids.layer == "base"].between(300, 500).all()
    dwellings = next(e.rows for e in manifest.files if e.path == "dwellings.parquet")
    assert dwellings == 1_000_000
    assert manifest.counts["persons"] == 3_000_000
    assert manifest.counts["addresses"] == pytest.approx(1_000_000, rel=0.02)
    assert manifest.counts["resources"] == 60_000
    assert manifest.counts["workers"] == 2_343
    assert manifest.counts["positions"] < 3_000_000
    kinds = pq.read_table(tmp_path / "resources.parquet", columns=["kind"]).to_pandas().kind
    assert kinds.value_counts()["camera"] == 13_000
    identities = pq.read_table(tmp_path / "persons.parquet", columns=["id_number"])
    assert identities.column(0).combine_chunks().unique().__len__() == 3_000_000
