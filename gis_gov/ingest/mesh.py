"""Check staged grids against their siblings and their parent, and areas against theirs.

A mesh is a layer of grids in one parent: the base and exclusive layers in their community, second
and micro grids in the grid above, or else in the community. It is checked as it would be after the
load. Where it is faulty, none of the staged grids of that parent is loaded: to take some of them
would leave a gap.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely
from psycopg import Connection
from shapely.geometry.base import BaseGeometry

from gis_gov.geo.fault import Fault, FaultKind, feature_collection
from gis_gov.geo.measure import area_m2
from gis_gov.geo.mesh import check, overlaps
from gis_gov.ingest.report import Report
from gis_gov.ingest.stage import Stage

BANDS = {"base": (300, 500), "second": (150, 200)}
"""Households of a grid, by layer: fewer or more are told as a warning."""
_SHARE_TOLD = 1e-6

_GRIDS = """
    with meshes as (
        select distinct a.id as area_id from stage as s inner join area as a on a.code = s.area_code
        union
        select g.area_id from grid as g inner join stage as s on s.code = g.code
    ),

    staged as (
        select
            s.code, coalesce(s.layer, 'base') as layer, a.id as area_id, s.parent_code, s.geom,
            true as is_new
        from stage as s inner join area as a on a.code = s.area_code
        where s.valid_to is null
    ),

    present as (
        select g.code, g.layer, g.area_id, p.code as parent_code, g.geom, false as is_new
        from grid as g
        left join grid as p on p.id = g.parent_id
        where
            g.valid_to is null
            and g.area_id in (select m.area_id from meshes as m)
            and not exists (select 1 from stage as s where s.code = g.code)
    )

    select m.code, m.layer, m.area_id, m.parent_code, m.is_new, st_asbinary(m.geom)
    from (select * from staged union all select * from present) as m
    order by m.code
"""
_PARENTS = """
    select a.id, a.code, st_asbinary(a.geom) from area as a
    where a.id = any(%s) and a.geom is not null
"""
_BANDS = """
    select coalesce(s.layer, 'base'), s.households, s.row from stage as s
    where s.households is not null and s.valid_to is null
"""
_REJECT = """
    with refused as (
        delete from stage as s using unnest(%s::text[], %s::text[], %s::text[]) as r (
            code, reason, detail
        )
        where s.code = r.code
        returning s.file, s.row, r.reason, r.detail
    )

    insert into stage_reject select * from refused
"""


@dataclass
class _Mesh:
    """The grids of one layer in one parent."""

    layer: str
    parent: BaseGeometry | None
    parent_code: str
    codes: list[str] = field(default_factory=list)
    shapes: list[BaseGeometry] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    fillers: list[BaseGeometry] = field(default_factory=list)

    def add(self, code: str, shape: BaseGeometry, *, is_new: bool) -> None:
        self.codes.append(code)
        self.shapes.append(shape)
        if is_new:
            self.new.append(code)

    def faults(self) -> list[Fault]:
        shapes = np.asarray(self.shapes, dtype=np.object_)
        if self.layer == "exclusive":  # overlaid or cut out, it need not fill anything
            found = check(self.codes, shapes, self.parent)
            return [fault for fault in found if fault.kind is not FaultKind.GAP]
        return check(self.codes, shapes, self.parent, np.asarray(self.fillers, dtype=np.object_))


def check_grids(
    stage: Stage, report: Report, faults_file: Path | None, *, allow_gaps: bool
) -> None:
    """Refuse the staged grids of faulty meshes; write the faulty places as GeoJSON."""
    refused: dict[str, tuple[str, str]] = {}
    told: list[Fault] = []
    for mesh in _meshes(stage.connection):
        faults = mesh.faults()
        told += faults
        errors = [
            fault
            for fault in faults
            if fault.is_error and not (allow_gaps and fault.kind is FaultKind.GAP)
        ]
        if mesh.parent is None:
            # Without the parent's outline a hole may be another community, or water.
            errors = [fault for fault in errors if fault.kind is not FaultKind.GAP]
            report.findings.count(
                "parent_without_geometry", 1, "meshes whose parent has no outline to fill"
            )
        for code in mesh.new if errors else ():
            refused[code] = _reason(code, errors, mesh.parent_code)
    _tell(report, told)
    _tell_bands(stage, report)
    if refused:
        reasons, details = zip(*refused.values(), strict=True)
        stage.connection.execute(_REJECT, [list(refused), list(reasons), list(details)])
    if told and faults_file is not None:
        faults_file.parent.mkdir(parents=True, exist_ok=True)
        faults_file.write_bytes(orjson.dumps(feature_collection(told)))
        report.faults_file = faults_file


def check_areas(stage: Stage, report: Report) -> None:
    """Tell of areas that their children do not fill, or leave, and of siblings that overlap."""
    if "geom" not in stage.given:
        return
    children = _children(stage.connection)
    unfilled, overlapping, examples = 0, 0, []
    for code, outline, codes, shapes in children:
        mesh = np.asarray(shapes, dtype=np.object_)
        overlapping += len(list(overlaps(codes, mesh)))
        if outline is None:
            continue
        covered = shapely.union_all(mesh)
        area = float(area_m2(outline))
        off = float(area_m2(shapely.symmetric_difference(outline, covered)))
        if area and off / area > _SHARE_TOLD:
            unfilled += 1
            examples.append(f"{code} {off / area:.2%}")
    report.findings.count(
        "parent_not_filled",
        unfilled,
        "areas that are not the union of their children: " + ", ".join(examples[:5]),
    )
    report.findings.count("overlap", overlapping, "places that two sibling areas both cover")


def _meshes(connection: Connection[Any]) -> Iterable[_Mesh]:
    rows = connection.execute(_GRIDS).fetchall()
    shapes = shapely.from_wkb([row[5] for row in rows])
    outlines = {
        area_id: (code, shapely.from_wkb(wkb))
        for area_id, code, wkb in connection.execute(
            _PARENTS, [list({row[2] for row in rows})]
        ).fetchall()
    }
    by_code = {row[0]: shape for row, shape in zip(rows, shapes, strict=True)}
    meshes: dict[tuple[str, object], _Mesh] = {}
    exclusive: dict[int, list[BaseGeometry]] = defaultdict(list)
    for (code, layer, area_id, above, is_new, _), shape in zip(rows, shapes, strict=True):
        in_grid = above if layer in {"second", "micro"} and above in by_code else None
        key = (layer, in_grid or area_id)
        if key not in meshes:
            area_code, outline = outlines.get(area_id, ("", None))
            parent = by_code[in_grid] if in_grid else outline
            meshes[key] = _Mesh(layer, parent, in_grid or area_code)
        meshes[key].add(code, shape, is_new=is_new)
        if layer == "exclusive":
            exclusive[area_id].append(shape)
    for (layer, parent_id), mesh in meshes.items():
        if layer == "base" and isinstance(parent_id, int):
            mesh.fillers = exclusive[parent_id]
        if mesh.new:
            yield mesh


def _reason(code: str, errors: Sequence[Fault], parent: str) -> tuple[str, str]:
    """Tell why a grid is refused: by its own fault, or that of its mesh."""
    own = [fault for fault in errors if code in fault.codes]
    first = max(own or errors, key=lambda fault: fault.area_m2)
    others = [other for other in first.codes if other != code]
    with_ = f" with {', '.join(others[:3])}" if others else ""
    size = f"{first.area_m2:.1f} m², {first.width_m:.2f} m wide"
    whose = "" if own else f"another grid of {parent}: "
    return first.kind.value, f"{whose}{first.kind.value}{with_}, {size}"


def _tell(report: Report, faults: Sequence[Fault]) -> None:
    details = {
        FaultKind.OVERLAP: "places that two grids both cover",
        FaultKind.GAP: "places of a parent that no grid covers",
        FaultKind.OUTSIDE_PARENT: "places of grids outside their parent",
        FaultKind.THIN_GRID: "grids that are but a sliver",
        FaultKind.UNSHARED_VERTEX: "vertices that a neighbour's edge lacks",
    }
    for fault in faults:
        report.findings.count(fault.kind.value, 1, details[fault.kind])


def _tell_bands(stage: Stage, report: Report) -> None:
    if "households" not in stage.given:
        return
    for layer, households, row in stage.connection.execute(_BANDS).fetchall():
        low, high = BANDS.get(layer, (0, None))
        if households < low or (high is not None and households > high):
            band = f"{low}-{high} households in the {layer} layer"
            report.findings.count("households_out_of_band", 1, f"fewer or more than {band}", [row])


def _children(
    connection: Connection[Any],
) -> list[tuple[str, BaseGeometry | None, list[str], list[BaseGeometry]]]:
    """Gather the children of each area that is staged or whose children are, as they would be."""
    rows = connection.execute("""
        with area_now as (
            select s.code, s.parent_code, s.geom, true as is_new from stage as s
            union all
            select a.code, p.code, a.geom, false from area as a
            left join area as p on p.id = a.parent_id
            where
                a.valid_to is null
                and not exists (select 1 from stage as s where s.code = a.code)
        )

        select c.parent_code, st_asbinary(p.geom), c.code, st_asbinary(c.geom)
        from area_now as c
        inner join area_now as p on p.code = c.parent_code
        where
            c.geom is not null
            and c.parent_code in (
                select n.code from area_now as n where n.is_new
                union all
                select n.parent_code from area_now as n where n.is_new
            )
        order by 1, 3
    """).fetchall()
    found: dict[str, tuple[BaseGeometry | None, list[str], list[BaseGeometry]]] = {}
    for parent, outline, code, wkb in rows:
        shape = shapely.from_wkb(outline) if outline is not None else None
        _, codes, shapes = found.setdefault(parent, (shape, [], []))
        codes.append(code)
        shapes.append(shapely.from_wkb(wkb))
    return [(parent, *rest) for parent, rest in found.items()]
