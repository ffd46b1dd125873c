"""What JT/T 809 tells of vehicles, in both editions, and what of it is refused."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.days import LOCAL
from gis_gov.gateway.faults import MessageFault
from gis_gov.gateway.jt808 import positions as jt808
from gis_gov.gateway.jt809.framing import FrameDecoder
from gis_gov.gateway.jt809.header import (
    Edition,
    Type,
    decode_message,
)
from gis_gov.gateway.jt809.positions import (
    Position2011,
    Position2019,
    fix_of,
    position_of,
    written_position,
)
from gis_gov.gateway.jt809.vehicles import (
    Told,
    Vehicle,
    VehicleMessage,
    decode_positions,
    decode_vehicle,
    encode_positions,
    encode_vehicle,
)
from gis_gov.patrols.fix import Fix
from tests.gateway import packets809
from tests.gateway.packets809 import MADE_CIPHER, PUBLISHED, RECORDED_CIPHER

words = st.integers(0, 0xFFFF)
double_words = st.integers(0, 0xFFFF_FFFF)
times = st.integers(0, 36_524 * 86_400).map(
    lambda seconds: datetime(2000, 1, 1, tzinfo=LOCAL) + timedelta(seconds=seconds)
)
positions = st.builds(
    Position2011,
    times,
    st.integers(0, 180_000_000),
    st.integers(0, 90_000_000),
    words,
    words,
    double_words,
    words,
    words,
    double_words,
    double_words,
)


def content(name: str) -> bytes:
    (found,) = FrameDecoder().feed(PUBLISHED[name])
    assert isinstance(found, bytes)
    return found


def read(name: str, edition: Edition) -> tuple[Vehicle, list[Fix | None]]:
    message = decode_message(content(name), edition, RECORDED_CIPHER)
    assert message.type == Type.VEHICLES
    told = decode_vehicle(message.body)
    assert encode_vehicle(told) == message.body
    both = decode_positions(told, edition)
    assert encode_positions(told.vehicle, both.positions, edition) == told
    return told.vehicle, [fix_of(position) for position in both.positions]


def test_recorded_positions() -> None:
    vehicle, (fix,) = read("POSITION", 2011)
    assert vehicle == Vehicle("鄂ALE156", 2)
    assert fix is not None
    assert (fix.lon, fix.lat, fix.altitude_m) == (114.081445, 30.175687, 7)
    assert fix.time == datetime(2018, 4, 17, 10, 59, 17, tzinfo=LOCAL)
    assert (fix.bearing_deg, fix.speed_mps, fix.attrs["mileage_m"]) == (324, 0, 39_159_000)
    vehicle, (fix,) = read("MOVING_POSITION", 2011)
    assert vehicle == Vehicle("鲁GH3N13", 1)
    assert fix is not None
    assert fix.speed_mps == pytest.approx(36 / 3.6)
    assert fix.attrs["recorder_speed_mps"] == pytest.approx(39 / 3.6)


def test_the_known_position() -> None:
    # From the knowledge of the trade: 114.809933, 25.526799, 82 km/h, 336 degrees, 1730 m.
    position = Position2011(
        datetime(2021, 1, 1, tzinfo=LOCAL), 114809933, 25526799, 82, 0, 0, 336, 1730, 3, 0
    )
    body = written_position(position, 2011)
    assert body.hex() == (
        "00010107e500000006d7dc4d0185820f0052000000000000015006c20000000300000000"
    )
    assert len(body) == 36
    fix = fix_of(position)
    assert fix is not None
    assert (fix.lon, fix.lat, fix.bearing_deg) == (114.809933, 25.526799, 336)


def test_recorded_positions_of_2019() -> None:
    vehicle, (fix,) = read("HIDDEN_POSITION_2019", 2019)
    assert vehicle == Vehicle("测B01844", 2)
    assert fix is not None
    assert (fix.lon, fix.lat) == (121.357231, 32.353134)
    assert fix.time == datetime(2025, 8, 22, 11, 35, 45, tzinfo=LOCAL)
    assert fix.attrs["items"] == {"rest": "ff"}
    vehicle, (fix,) = read("HIDDEN_MOVING_2019", 2019)
    assert vehicle == Vehicle("陕CJ3819", 2)
    assert fix is not None
    assert (fix.lon, fix.lat) == (108.630994, 34.479181)
    assert fix.speed_mps == pytest.approx(83 / 3.6)
    told = decode_vehicle(decode_message(content("MISPLACED_2019"), 2019).body)
    (fault,) = decode_positions(told, 2019).faults
    assert fault.reason in {"time", "place", "truncated"}


def test_batches() -> None:
    vehicle = Vehicle("粤A12345", 1)
    data = bytes.fromhex(packets809.BATCH_DATA)
    both = decode_positions(VehicleMessage(vehicle, Told.BATCH, data), 2011)
    assert [one.time.hour for one in both.positions if isinstance(one, Position2011)] == [
        15,
        16,
        17,
    ]
    assert encode_positions(vehicle, both.positions, 2011).data == data


@pytest.mark.parametrize("cut", [1, 36, 37, 72])
def test_batches_that_do_not_fit_are_refused(cut: int) -> None:
    data = bytes.fromhex(packets809.BATCH_DATA)
    for wrong in (data[:-cut], data + bytes(cut)):
        with pytest.raises(MessageFault):
            decode_positions(VehicleMessage(Vehicle("A", 1), Told.BATCH, wrong), 2011)


def test_shifted_positions_are_refused_with_a_reason() -> None:
    shifted = b"\1" + bytes.fromhex(packets809.BATCH_DATA)[2:38]
    told = VehicleMessage(Vehicle("A", 1), Told.POSITION, shifted[:36])
    both = decode_positions(told, 2011)
    assert both.positions == ()
    assert [fault.reason for fault in both.faults] == ["encrypted"]
    data = bytes.fromhex(packets809.SHIFTED_BATCH_2019)
    both = decode_positions(VehicleMessage(Vehicle("A", 1), Told.BATCH, data), 2019)
    assert [fault.reason for fault in both.faults] == ["encrypted"] * 2


@given(st.lists(positions, min_size=1, max_size=5), st.sampled_from(["皖A12345", "粤Z1234港"]))
def test_positions_are_read_as_written(sent: list[Position2011], plate: str) -> None:
    message = encode_positions(Vehicle(plate, 3), tuple(sent), 2011)
    told = decode_vehicle(encode_vehicle(message))
    assert told.vehicle == Vehicle(plate, 3)
    assert decode_positions(told, 2011).positions == tuple(sent)


fixes = st.builds(
    Fix,
    times,
    st.floats(-180, 180).map(lambda degrees: round(degrees, 6)),
    st.floats(-90, 90).map(lambda degrees: round(degrees, 6)),
    speed_mps=st.integers(0, 200).map(lambda kmh: kmh / 3.6),
    bearing_deg=st.integers(0, 359).map(float),
    altitude_m=st.integers(0, 9000).map(float),
)


@given(fixes, st.sampled_from([2011, 2019]), st.booleans())
def test_a_fix_comes_back_from_another_platform(fix: Fix, year: int, is_sos: bool) -> None:
    edition: Edition = 2011 if year == 2011 else 2019
    sent = replace(fix, attrs={"sos": True} if is_sos else {}, time=fix.time.astimezone(UTC))
    message = encode_positions(Vehicle("皖A1", 1), (position_of(sent, edition),), edition)
    (position,) = decode_positions(message, edition).positions
    got = fix_of(position)
    assert got is not None
    assert (got.time, got.lon, got.lat) == (fix.time, fix.lon, fix.lat)
    assert (got.bearing_deg, got.altitude_m) == (fix.bearing_deg, fix.altitude_m)
    assert got.speed_mps == pytest.approx(fix.speed_mps, abs=0.03)
    assert got.attrs.get("sos", False) is is_sos


def test_what_a_field_can_not_hold_is_cut() -> None:
    fix = Fix(
        datetime(2024, 1, 1, tzinfo=UTC),
        -1.0,
        -2.0,
        altitude_m=-50.0,
        speed_mps=1e9,
        bearing_deg=359.9,
        attrs={"mileage_m": float("nan"), "status": 1, "alarm": 4, "recorder_speed_mps": 10},
    )
    position = position_of(fix, 2011)
    assert isinstance(position, Position2011)
    assert (position.altitude_m, position.speed_kmh, position.bearing_deg) == (0, 0xFFFF, 0)
    assert position.status == 1 | jt808.POSITIONED | jt808.SOUTH | jt808.WEST
    assert (position.alarm, position.mileage_km, position.recorder_speed_kmh) == (4, 0, 36)
    with pytest.raises(MessageFault, match="2019"):
        written_position(position, 2019)
    assert isinstance(position_of(fix, 2019), Position2019)


@given(st.binary(max_size=150), st.sampled_from([2011, 2019]))
def test_any_body_is_read_or_refused(body: bytes, year: int) -> None:
    edition: Edition = 2011 if year == 2011 else 2019
    with suppress(MessageFault):
        decode_message(body, edition, MADE_CIPHER)
    with suppress(MessageFault):
        decode_vehicle(body)
    for told in Told:
        with suppress(MessageFault):
            decode_positions(VehicleMessage(Vehicle("A", 1), told, body), edition)
