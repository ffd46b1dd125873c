"""`load auto`: the kind by a manifest, a name or columns, or a refusal that says why."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gis_gov.ingest.auto import recognise
from gis_gov.ingest.errors import LoadError
from gis_gov.ingest.sources.batch import ReadOptions
from tests.ingest.conftest import GRIDS

Write = Callable[..., Path]


def kind_of(path: Path) -> str:
    (found,) = recognise([path], ReadOptions())
    return found.kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("code,full_text,lon,lat\n1,a,1,2\n", "addresses"),
        ("姓名,身份证号,性别,现住址\n张,1,男,x\n", "persons"),
        ("企业名称,统一社会信用代码,地址\na,b,c\n", "enterprises"),
        ("工号,姓名,责任网格\n1,a,g\n", "workers"),
        ("device,time,lon,lat,speed_mps\n1,2025-01-01,1,2,3\n", "positions"),
        ("code,title,reported_at,state,due_at\n1,a,2025-01-01,new,\n", "events"),
        ("code,name,azimuth_deg,gb28181_id,stream_url\n1,a,2,3,4\n", "resources"),
        ("围栏编码,围栏名称,网格编码,围栏类型\n1,a,g,进入\n", "fences"),
        ("code,name,grid_code,tells,weekdays,from,to\n1,a,g,enter,1,08:00,09:00\n", "fences"),
    ],
)
def test_kind_by_columns(write: Write, text: str, kind: str) -> None:
    assert kind_of(write("file.csv", text)) == kind


def test_kind_by_name_and_by_shape(write: Write, geojson: Write) -> None:
    assert kind_of(write("houses.csv", "code\n1\n")) == "houses"
    assert kind_of(geojson("mesh.geojson", *GRIDS)) == "grids"
    line = {"type": "LineString", "coordinates": [[113, 22], [113.1, 22]]}
    assert kind_of(geojson("lines.geojson", ({"code": "1", "width_m": 5}, line))) == "fences"


def test_what_fits_nothing_is_refused(write: Write) -> None:
    with pytest.raises(
        LoadError, match=r"file\.csv: fits .* by its columns foo, bar; name the kind"
    ):
        kind_of(write("file.csv", "foo,bar\n1,2\n"))


def test_manifest_gives_kinds_order_and_datum(tmp_path: Path) -> None:
    files = [
        {"kind": "persons", "path": "p.csv", "crs": None},
        {"kind": "areas", "path": "a.geojson", "crs": "EPSG:4490"},
    ]
    (tmp_path / "manifest.json").write_text(json.dumps({"files": files}), encoding="utf-8")
    found = recognise([tmp_path], ReadOptions())
    assert [(each.kind, each.path.name, each.crs) for each in found] == [
        ("areas", "a.geojson", "EPSG:4490"),
        ("persons", "p.csv", None),
    ]
    (tmp_path / "manifest.json").write_text("{}", encoding="utf-8")
    with pytest.raises(LoadError, match="no manifest of a sample"):
        recognise([tmp_path], ReadOptions())
