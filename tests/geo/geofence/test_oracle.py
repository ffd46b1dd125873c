"""Enter, exit and cross against a plain loop over legs, and every order and batching alike."""

import itertools
from random import Random

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon

from gis_gov.geo.geofence.events import Crossings
from gis_gov.geo.geofence.fence import Geofence
from gis_gov.geo.geofence.fence_set import GeofenceSet
from gis_gov.geo.geofence.late import corrected
from gis_gov.geo.geofence.mover_fixes import MoverFixes
from gis_gov.geo.geofence.schedule import Schedule, Window
from gis_gov.geo.geofence.states import FenceStates, crossings

from .ground import as_rows, laid, track

_STEP_S = 10.0
_DENSE = 2_000


@st.composite
def polygons(draw: st.DrawFn) -> Polygon:
    """Draw a polygon around a middle, star-shaped, in metres."""
    spokes = draw(st.lists(st.integers(20, 300), min_size=3, max_size=9))
    angles = np.linspace(0, 2 * np.pi, len(spokes), endpoint=False)
    middle = draw(st.tuples(st.integers(-200, 200), st.integers(-200, 200)))
    return Polygon(np.column_stack([np.cos(angles), np.sin(angles)]) * np.c_[spokes] + middle)


# Off the whole numbers, so that no fix lies on an edge by chance.
_METRES = st.integers(-400, 400).map(lambda metres: metres + 0.137)
_PLACES = st.lists(st.tuples(_METRES, _METRES), min_size=2, max_size=12)


def _dense(shape: Polygon, places: list[tuple[float, float]]) -> list[tuple[str, float]]:
    """Walk along each leg in tiny steps, and see at which of them the side changes."""
    share = (np.arange(_DENSE) + 0.5) / _DENSE
    events: list[tuple[str, float]] = []
    for leg, (start, end) in enumerate(itertools.pairwise(places)):
        way = np.outer(1 - share, start) + np.outer(share, end)
        on_way = np.flatnonzero(shapely.contains_xy(shape, way[:, 0], way[:, 1]))
        before, after = (shape.covers(Point(place)) for place in (start, end))
        if before != after:
            if after:
                events.append(("enter", leg * _STEP_S + share.item(on_way[0]) * _STEP_S))
            else:
                # A leg out that returns for a while is told by its last moment inside.
                last = share.item(on_way[-1]) if on_way.size else 0.0
                events.append(("exit", leg * _STEP_S + last * _STEP_S))
        elif not before and on_way.size:
            events.append(("cross", leg * _STEP_S + share.item(on_way[0]) * _STEP_S))
    if shape.covers(Point(places[0])):
        events.insert(0, ("enter", 0.0))
    return events


@settings(deadline=None, max_examples=120)
@given(polygons(), _PLACES)
def test_events_are_those_of_a_dense_walk(
    shape: Polygon, places: list[tuple[float, float]]
) -> None:
    fixes = track((row * _STEP_S, *place) for row, place in enumerate(places))
    found = [
        (event.kind.name.lower(), event.time_s, event.until_s)
        for event in crossings(fixes, GeofenceSet([Geofence(1, laid(shape), hysteresis_m=0)]))
    ]
    # A corner that is cut for less than the oracle's steps may be missed by it.
    tiny_s = 3 * _STEP_S / _DENSE
    found = [each for each in found if each[0] != "cross" or each[2] - each[1] > tiny_s]
    expected = _dense(shape, places)
    at_least = [each for each in expected if _lasts(shape, places, each, tiny_s)]
    assert [each[0] for each in found] == [each[0] for each in at_least]
    moments = np.array([each[1] for each in found])
    assert np.allclose(moments, [each[1] for each in at_least], atol=2 * tiny_s)


def _lasts(
    shape: Polygon, places: list[tuple[float, float]], event: tuple[str, float], tiny_s: float
) -> bool:
    if event[0] != "cross":
        return True
    leg = int(event[1] // _STEP_S)
    line = LineString(places[leg : leg + 2])
    inside = shapely.get_coordinates(shapely.intersection(shape, line))
    along = [line.project(Point(corner)) for corner in inside]
    return (max(along) - min(along)) / line.length * _STEP_S > tiny_s


_MORNING = Schedule((Window(4, 8 * 60 + 2, 8 * 60 + 6), Window(4, 8 * 60 + 7, 8 * 60 + 11)))


def _fences() -> GeofenceSet:
    star = Polygon([(0, 0), (150, -40), (300, 0), (180, 90), (160, 300), (90, 110)])
    return GeofenceSet(
        [
            Geofence(1, laid(star)),
            Geofence(2, laid(shapely.box(-300, -300, 0, 0)), dwell_s=25),
            Geofence(3, laid(LineString([(-400, 50), (400, 60)])), width_m=40, hysteresis_m=5),
            # The clock of these tracks begins on a Thursday at 8 in the morning (UTC+8).
            Geofence(4, laid(shapely.box(-200, -200, 200, 200)), schedule=_MORNING, dwell_s=70),
            Geofence(5, laid(star), hysteresis_m=0, valid_from_s=233, valid_to_s=700),
        ]
    )


_ROWS = st.lists(
    st.tuples(st.integers(1, 2), st.integers(0, 40), _METRES, _METRES, st.sampled_from([0, 8, 60])),
    max_size=25,
)
Row = tuple[int, int, float, float, int]


def _parts(rows: list[Row]) -> MoverFixes:
    return MoverFixes.joined(
        track([(time * 25.0, east, north)], mover, accuracy_m)
        for mover, time, east, north, accuracy_m in rows
    )


@settings(deadline=None, max_examples=80)
@given(_ROWS, st.randoms(use_true_random=False), st.integers(1, 7))
def test_any_order_and_any_batching_tell_the_same(
    rows: list[Row], random: Random, size: int
) -> None:
    fences = _fences()
    expected = as_rows(crossings(_parts(rows), fences))
    mixed = rows + rows[::3]
    random.shuffle(mixed)
    assert as_rows(crossings(_parts(mixed), fences)) == expected
    states, told = FenceStates.before_all(fences), Crossings.none()
    ordered = _parts(rows).in_order()
    ordered = ordered.only(np.argsort(ordered.time_s, kind="stable"))
    for start in range(0, len(ordered), size):
        advance = states.advance(ordered.only(np.arange(len(ordered))[start : start + size]))
        assert not len(advance.late)
        told, states = Crossings.joined(told, advance.events), advance.states
    assert as_rows(told) == expected


@settings(deadline=None, max_examples=60)
@given(_ROWS, st.data())
def test_late_fixes_are_corrected_to_what_they_would_have_told(
    rows: list[Row], data: st.DataObject
) -> None:
    fences = _fences()
    is_late = data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    before = FenceStates.before_all(fences)
    early = [row for row, late in zip(rows, is_late, strict=True) if not late]
    told = before.advance(_parts(early)).events
    fixed = corrected(before, _parts(rows), told)
    whole = before.advance(_parts(rows))
    kept = [row[:5] for row in as_rows(told)]
    for row in as_rows(fixed.retract):
        kept.remove(row[:5])
    kept += [row[:5] for row in as_rows(fixed.add)]
    assert sorted(kept) == sorted(row[:5] for row in as_rows(whole.events))
    assert [fixed.states.inside(mover) for mover in (1, 2)] == [
        whole.states.inside(mover) for mover in (1, 2)
    ]
