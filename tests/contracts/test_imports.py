"""Data runs one way: the import rules of pyproject.toml, and the privacy of features."""

from pathlib import Path

import grimp
import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

PYPROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"
NO_FEATURES = {"access", "changes", "db", "geo", "counting", "cql", "formats", "cli"}
PUBLIC = {"tables", "service", "collections", "fix"}
# The application takes the routes of all; the command line starts jobs; what is
# loaded is written, and what is measured is asked, by the features' own queries. What the guards
# cost is measured with them and without, how soon a load is shown from its very commit, and what
# phones tell with simulated ones.
MAY_TAKE_MORE = {
    "app": None,
    "bench": {
        "fences",
        "guards",
        "heatmaps",
        "ingest",
        "ogc",
        "patrols",
        "registry",
        "resources",
        "simulation",
        "tiles",
    },
    "cli": {
        "accounts",
        "auditing",
        "bench",
        "gateway",
        "ingest",
        "patrols",
        "sample",
        "simulation",
        "tiles",
    },
    # Judges what patrols are made of, for whoever may know of them.
    "duties": {"patrols"},
    # Nobody is warned of who is off shift.
    "fences": {"patrols"},
    # Another door to what is taken in, in a process of its own.
    "gateway": {"areas", "guards", "patrols"},
    "ingest": None,
    # Opens what all of them work with, and starts who keeps it.
    "process": None,
    # What is written over HTTP is read by the rules of the loader.
    "ogc": {"ingest"},
}


def test_imports_keep_the_rules_of_pyproject(capsys: pytest.CaptureFixture[str]) -> None:
    status = lint_imports(config_filename=str(PYPROJECT), no_cache=True, no_logo=True)
    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_of_another_feature_only_what_it_offers_is_imported() -> None:
    graph = grimp.build_graph("gis_gov", cache_dir=None, exclude_type_checking_imports=True)
    features = {
        module.removeprefix("gis_gov.")
        for module in graph.find_children("gis_gov")
        if graph.find_children(module)
    } - NO_FEATURES
    faults = []
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            at, (to, *inside) = part_of(importer), imported.split(".")[1:] or [""]
            if to not in features or at == to:
                continue
            more = MAY_TAKE_MORE.get(at, set())
            if inside and inside[0] not in PUBLIC and more is not None and to not in more:
                faults.append(f"{importer} -> {imported}")
    assert not faults


def part_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""
