"""A sample loads as it lies, in text and in columns: nothing rejected, nothing odd, all placed."""

from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from gis_gov.geo.datum import Datum
from gis_gov.ingest.load import load
from gis_gov.ingest.options import LoadOptions
from gis_gov.sample import FIGURES, SampleSize
from tests.sample.made import Sample, make_sample
from tests.sealed import SEALER

_PLACED = """
    select 'address', count(*), count(grid_id), count(cell) from address
    union all select 'resource', count(*), count(grid_id), count(cell) from resource
    union all select 'event', count(*), count(grid_id), count(cell) from event
    union all select 'position', count(*), count(geom), count(cell) from position
"""
_TOLD = """
    select g.code, g.population,
        (select count(*) from person as p inner join address as a on a.id = p.address_id
         where a.grid_id = g.id)
    from grid as g where g.layer = 'base' order by g.code
"""
_LOST = """
    select
        (select count(*) from person where address_id is null or house_id is null)
        + (select count(*) from house where address_id is null)
        + (select count(*) from house where kind = 'dwelling' and parent_id is null)
        + (select count(*) from enterprise where address_id is null)
        + (select count(*) from event where class_id is null or geom is null)
        + (select count(*) from position where worker_id is null)
        + (select count(*) from grid where layer in ('second', 'micro') and parent_id is null)
        + (select count(*) from worker where attrs <> '{}')
"""
_TERMS = """
    select distinct w.code, t.valid_from::text
    from grid_worker as t inner join worker as w on w.id = t.worker_id
    where t.valid_to is null
    order by 1
"""


def load_all(sample: Sample, connection: psycopg.Connection) -> dict[str, tuple[int, int]]:
    """Load all files in their order; give inserted and unchanged rows by file."""
    options = LoadOptions(datum=Datum.parse(sample.manifest.crs))
    outcome: dict[str, tuple[int, int]] = {}
    for entry in sample.manifest.files:
        report = load(entry.kind, [sample.folder / entry.path], options, connection, SEALER)
        assert report.read == entry.rows
        assert (report.rejected, report.updated) == (0, 0), report.reasons
        odd = set(report.findings.found) - {"terms_begun"}
        assert not odd, (entry.path, report.findings.found)
        outcome[entry.path] = (report.inserted, report.unchanged)
    return outcome


@pytest.mark.parametrize("columnar", [False, True], ids=["text", "columns"])
def test_a_sample_loads_as_it_lies(
    small: Sample, columnar: bool, own_database_url: str, tmp_path: Path
) -> None:
    sample = small
    if columnar:
        figures = replace(FIGURES[SampleSize.SMALL], columnar=True)
        sample = make_sample(tmp_path, SampleSize.SMALL, figures)
    rows = {entry.path: entry.rows for entry in sample.manifest.files}
    with psycopg.connect(own_database_url, autocommit=True) as connection:
        assert load_all(sample, connection) == {path: (n, 0) for path, n in rows.items()}
        for table, number, placed, celled in connection.execute(_PLACED):
            assert number == celled, table
            assert placed >= 0.999 * number, table
        told = connection.execute(_TOLD).fetchall()
        assert len(told) == 20
        assert all(population == counted for _, population, counted in told)
        assert connection.execute(_LOST).fetchone() == (0,)
        workers = sample.table("workers").astype(str)[["code", "valid_from"]]
        terms = sorted(workers.itertuples(index=False, name=None))
        assert connection.execute(_TERMS).fetchall() == terms
        assert load_all(sample, connection) == {path: (0, n) for path, n in rows.items()}
