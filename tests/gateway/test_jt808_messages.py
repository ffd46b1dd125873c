"""What the messages of JT/T 808 say, by published frames and by round trips."""

from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.days import LOCAL
from gis_gov.gateway.faults import MessageFault
from gis_gov.gateway.jt808.answers import (
    Enrolment,
    Result,
    decode_general_answer,
    decode_registration_answer,
    general_answer,
    registration_answer,
)
from gis_gov.gateway.jt808.framing import FrameDecoder
from gis_gov.gateway.jt808.header import Message, decode_message, encode_framed
from gis_gov.gateway.jt808.positions import (
    POSITIONED,
    SOUTH,
    WEST,
    Batch,
    Position,
    attrs_of,
    decode_asked,
    decode_batch,
    decode_position,
    encode_batch,
    encode_position,
    fix_of,
)
from gis_gov.gateway.jt808.signing_in import (
    Authentication,
    Registration,
    decode_authentication,
    decode_registration,
    encode_authentication,
    encode_registration,
)
from tests.gateway.packets808 import ALL

# From the knowledge of the trade: 22.591771, 113.995873 at 16:37:58.
KNOWN = bytes.fromhex("00000000 00000003 0158B91B 06CB7061 0000 0000 0000 210922163758")

words = st.integers(0, 0xFFFF)
times = st.integers(0, 36_524 * 86_400).map(
    lambda seconds: datetime(2000, 1, 1, tzinfo=LOCAL) + timedelta(seconds=seconds)
)
positions = st.builds(
    Position,
    st.integers(0, 0xFFFF_FFFF),
    st.integers(0, 0xFFFF_FFFF).map(lambda status: status | POSITIONED),
    st.integers(0, 90_000_000),
    st.integers(0, 180_000_000),
    words,
    words,
    words,
    times,
    st.lists(st.tuples(st.integers(0, 0xFF), st.binary(max_size=20)), max_size=4).map(tuple),
)
texts = st.text("粤A苏B皖1234567890", max_size=5)


def message(name: str) -> Message:
    (content,) = FrameDecoder().feed(ALL[name])
    assert isinstance(content, bytes)
    return decode_message(content)


def test_a_terminal_has_one_number_in_both_layouts() -> None:
    assert message("REGISTRATION_2013").phone == "13511221122"
    assert message("REGISTRATION_2019").phone == "123456789"
    assert message("HEARTBEAT_2019") == Message(0x0002, "13912344329", 0, b"", 1)
    assert message("HEARTBEAT_2013") == Message(0x0002, "12345678901", 0x7FFF)


def test_registrations() -> None:
    plate = Registration(40, 50, "1234", "tk12345", "CHI123", 1, "粤A12345")
    body = message("REGISTRATION_2011").body
    assert decode_registration(body, is_2019=False) == plate
    body = message("REGISTRATION_2013").body
    known = Registration(0, 0, "70107", "HB-R03GBD", "2361604", 2, "苏BA6860")
    assert decode_registration(body, is_2019=False) == known
    body = message("REGISTRATION_2019").body
    known = Registration(40, 50, "1234", "smallchi123", "CHI123", 1, "粤A12345")
    assert decode_registration(body, is_2019=True) == known
    with pytest.raises(MessageFault):
        decode_registration(body[:20], is_2019=True)
    with pytest.raises(MessageFault, match="GBK"):
        decode_registration(body[:-1] + b"\xff", is_2019=True)


short = st.text("ABC123", max_size=5)


@given(
    st.builds(Registration, words, words, short, texts, short, st.integers(0, 9), texts),
    st.booleans(),
)
def test_registrations_are_read_as_written(registration: Registration, is_2019: bool) -> None:
    body = encode_registration(registration, is_2019=is_2019)
    assert decode_registration(body, is_2019=is_2019) == registration


def test_authentications() -> None:
    body = message("AUTHENTICATION_2013").body
    assert decode_authentication(body, is_2019=False) == Authentication("authentication")
    body = message("AUTHENTICATION_2019").body
    known = Authentication("17299841738", "123456789012345", "3.7.15")
    assert decode_authentication(body, is_2019=True) == known
    assert encode_authentication(known, is_2019=True) == body
    with pytest.raises(MessageFault):
        decode_authentication(b"\x05abc", is_2019=True)


def test_the_known_position() -> None:
    fix = fix_of(decode_position(KNOWN))
    assert fix is not None
    assert (fix.lat, fix.lon) == (22.591771, 113.995873)
    assert fix.time == datetime(2021, 9, 22, 16, 37, 58, tzinfo=LOCAL)
    framed = encode_framed(Message(0x0200, "13500000001", 1, KNOWN))
    assert framed.hex() == (
        "7e0200001c013500000001000100000000000000030158b91b06cb70610000000000002109221637587d017e"
    )


def test_recorded_positions() -> None:
    fix = fix_of(decode_position(message("POSITION_2013").body), sequence=7)
    assert fix is not None
    assert (fix.lat, fix.lon, fix.altitude_m) == (23.169716, 113.450696, 0)
    assert fix.time == datetime(2018, 9, 21, 16, 14, 57, tzinfo=LOCAL)
    assert (fix.source, fix.sequence, fix.speed_mps, fix.bearing_deg) == ("jt808", 7, 0, 5)
    assert fix.attrs == {
        "alarm": 0,
        "status": 3,
        "is_ignition_on": True,
        "mileage_m": 114_400,
        "signal_strength": 16,
        "satellites": 10,
        "items": {"eb": "000c00b28986011780108622216500060089ffffffff"},
    }
    fix = fix_of(decode_position(message("POSITION_2019").body))
    assert fix is not None
    assert (fix.lat, fix.lon) == (22.589078, 113.837718)
    assert fix.bearing_deg == 0x6B
    assert fix.attrs["mileage_m"] == 100
    assert fix.attrs["items"] == {"61": "04dc", "e2": b"GB201-GSM-21001-1.1.1".hex()}


def test_items() -> None:
    position = decode_position(message("POSITION_OF_MANY_ITEMS_2019").body)
    assert not position.is_positioned
    assert fix_of(position) is None
    attrs = attrs_of(position)
    assert attrs["mileage_m"] == 1100
    assert attrs["fuel_l"] == 2.2
    assert attrs["recorder_speed_mps"] == pytest.approx(3.3 / 3.6)
    assert (attrs["vehicle_signals"], attrs["signal_strength"]) == (0x63, 0x1E)
    unknown = attrs["items"]
    assert isinstance(unknown, dict)
    assert unknown["2a"] == "000a"


def test_escapes_are_part_of_what_is_said() -> None:
    escaped = message("POSITION_ESCAPED_2013")
    assert escaped.serial == 0x7E
    assert attrs_of(decode_position(escaped.body))["fuel_l"] == 12.5


def test_asked_positions() -> None:
    serial, position = decode_asked(message("ASKED_2013").body)
    assert (serial, position.lat_millionths, position.speed_tenths_kmh) == (12345, 12222222, 60)
    assert position.is_emergency
    serial, position = decode_asked(message("ASKED_2019").body)
    assert (serial, position.lat_millionths) == (321, 31000562)


def test_batches() -> None:
    batch = decode_batch(message("CATCH_UP_2013").body)
    assert (batch.kind, len(batch.positions), batch.faults) == ("catch_up", 8, ())
    fixes = [fix_of(position) for position in batch.positions]
    times = [fix.time for fix in fixes if fix]
    assert len(times) == 8
    assert times == sorted(times)
    assert decode_batch(message("BATCH_2013").body).kind == "normal"
    assert len(decode_batch(message("BATCH_2019").body).positions) == 2
    assert decode_batch(message("CATCH_UP_2019").body).kind == "catch_up"


def test_answers() -> None:
    assert decode_general_answer(message("DONE_2013").body) == (100, 0x0200, Result.DONE)
    assert decode_general_answer(message("FAILED_2019").body) == (123, 0x0200, Result.FAILED)
    body = message("REGISTERED_2013").body
    assert decode_registration_answer(body) == (100, Enrolment.DONE, "123456")
    body = message("NOT_REGISTERED_2013").body
    assert decode_registration_answer(body) == (100, Enrolment.NO_SUCH_TERMINAL, None)
    body = message("REGISTERED_2019").body
    assert decode_registration_answer(body) == (0, Enrolment.DONE, "17299841738")
    asked = Message(0x0200, "13912344329", 123, b"", 1)
    assert encode_framed(general_answer(asked, 0, Result.FAILED)) == ALL["FAILED_2019"]
    asked = Message(0x0100, "12345678900", 100)
    framed = encode_framed(registration_answer(asked, 10, Enrolment.DONE, "123456"))
    assert framed == ALL["REGISTERED_2013"]
    for decode in (decode_general_answer, decode_registration_answer):
        with pytest.raises(MessageFault):
            decode(b"\0\0\x63\0\x63")


@given(positions)
def test_positions_are_read_as_written(position: Position) -> None:
    assert decode_position(encode_position(position)) == position


@given(st.sampled_from(["normal", "catch_up"]), st.lists(positions, max_size=4))
def test_batches_are_read_as_written(kind: str, sent: list[Position]) -> None:
    assert kind in {"normal", "catch_up"}
    body = encode_batch("catch_up" if kind == "catch_up" else "normal", sent)
    assert decode_batch(body) == Batch("catch_up" if kind == "catch_up" else "normal", tuple(sent))


@given(st.binary(max_size=120))
def test_any_body_is_read_or_refused(body: bytes) -> None:
    for decode in (decode_position, decode_batch, decode_asked):
        with suppress(MessageFault):
            decode(body)


@pytest.mark.parametrize(
    ("at", "value", "reason"),
    [
        (8, "05F5E101", "place"),  # 100.000001 north
        (12, "0ABA9501", "place"),  # 180.000001 east
        (22, "210230000000", "time"),
        (22, "211332000000", "time"),
        (22, "210922250000", "time"),
        (22, "000000000000", "time"),
        (22, "2109221637FA", "time"),
    ],
)
def test_impossible_places_and_times_are_refused(at: int, value: str, reason: str) -> None:
    changed = bytes.fromhex(value)
    body = KNOWN[:at] + changed + KNOWN[at + len(changed) :]
    with pytest.raises(MessageFault) as refused:
        decode_position(body)
    assert refused.value.reason == reason
    batch = decode_batch(b"\0\x02\x01\0\x1c" + body + b"\0\x1c" + KNOWN)
    assert [fault.reason for fault in batch.faults] == [reason]
    assert batch.positions == (decode_position(KNOWN),)


def test_without_satellites_there_is_no_fix() -> None:
    nowhere = KNOWN[:4] + bytes(4) + b"\xff" * 8 + KNOWN[16:22] + bytes(6)
    position = decode_position(nowhere)
    assert position.time is None
    assert fix_of(position) is None
    assert encode_position(position) == nowhere


def test_south_and_west() -> None:
    position = decode_position(
        KNOWN[:4] + (POSITIONED | SOUTH | WEST).to_bytes(4, "big") + KNOWN[8:]
    )
    fix = fix_of(position)
    assert fix is not None
    assert (fix.lat, fix.lon) == (-22.591771, -113.995873)


def test_an_emergency_is_told() -> None:
    fix = fix_of(decode_position(b"\0\0\0\x01" + KNOWN[4:]))
    assert fix is not None
    assert fix.attrs["sos"] is True
    assert "sos" not in attrs_of(decode_position(KNOWN))


def test_items_that_are_cut_off_lose_no_position() -> None:
    position = decode_position(KNOWN + b"\x31\x01\x09\x01\x04\0\0")
    assert position.items == ((0x31, b"\x09"),)
    assert attrs_of(position)["items"] == {"rest": "01040000"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        KNOWN[:-1],
        b"\0\x01\x02\0\x1c" + KNOWN,  # of a kind that is none
    ],
)
def test_batches_that_do_not_fit_are_refused(body: bytes) -> None:
    with pytest.raises(MessageFault):
        decode_batch(body)
    with pytest.raises(MessageFault, match="after the last"):
        decode_batch(b"\0\x01\0\0\x1c" + KNOWN + b"\0")
    with pytest.raises(MessageFault, match="expected"):
        decode_batch(b"\0\x02\0\0\x1c" + KNOWN)
