"""What phones send in a form or in JSON, read to a device and a fix, or refused."""

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.gateway.faults import MessageFault
from gis_gov.gateway.osmand import fix_of_form, fix_of_json

TIME = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
FORM = {"id": "8821", "lat": "31.2", "lon": "121.5", "timestamp": str(int(TIME.timestamp()))}
JSON = {
    "location": {
        "timestamp": "2024-05-06T07:08:09.000Z",
        "coords": {
            "latitude": 31.2,
            "longitude": 121.5,
            "accuracy": 8.5,
            "speed": 1.5,
            "heading": 90,
            "altitude": 12,
        },
        "is_moving": True,
        "odometer": 1234,
        "event": "motionchange",
        "battery": {"level": 0.5, "is_charging": True},
        "activity": {"type": "walking"},
        "extras": {},
    },
    "device_id": "8821",
}


def test_a_form_of_traccar_client() -> None:
    device, fix = fix_of_form(
        FORM
        | {"speed": "10", "bearing": "90.5", "altitude": "7", "accuracy": "12.5", "batt": "81"}
        | {"hdop": "0.9", "charge": "true", "mock": "true", "alarm": "sos"}
    )
    assert device == "8821"
    assert (fix.time, fix.lon, fix.lat) == (TIME, 121.5, 31.2)
    assert fix.speed_mps == pytest.approx(5.1444, abs=1e-4)  # ten knots
    assert (fix.bearing_deg, fix.altitude_m, fix.accuracy_m) == (90.5, 7, 12.5)
    assert (fix.source, fix.is_mock) == ("osmand", True)
    assert fix.attrs == {
        "battery_percent": 81,
        "hdop": 0.9,
        "is_charging": True,
        "alarm_text": "sos",
        "sos": True,
    }


def test_a_form_of_osmand() -> None:
    query = {"deviceid": "a-b", "location": "31.2,121.5", "heading": "-1", "speed": ""}
    device, fix = fix_of_form(query | {"timestamp": FORM["timestamp"], "altitude": "0.0"})
    assert (device, fix.lon, fix.lat) == ("a-b", 121.5, 31.2)
    assert (fix.speed_mps, fix.bearing_deg, fix.altitude_m, fix.is_mock) == (None, None, 0, False)
    assert fix.attrs == {}


@pytest.mark.parametrize(
    "timestamp",
    [
        "1714979289",
        "1714979289.0",
        "1714979289000",
        "2024-05-06T07:08:09Z",
        "2024-05-06T15:08:09+08:00",
        "2024-05-06T07:08:09.000Z",
        "2024-05-06 07:08:09",
    ],
)
def test_times(timestamp: str) -> None:
    assert fix_of_form(FORM | {"timestamp": timestamp})[1].time == TIME


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": ""}, "value"),
        ({"id": "x" * 129}, "value"),
        ({"id": "a\nb"}, "value"),
        ({"lat": ""}, "place"),
        ({"lat": "91"}, "place"),
        ({"lon": "-180.1"}, "place"),
        ({"lat": "nan"}, "value"),
        ({"lon": "east"}, "value"),
        ({"valid": "false"}, "place"),
        ({"valid": "perhaps"}, "value"),
        ({"timestamp": ""}, "time"),
        ({"timestamp": "yesterday"}, "time"),
        ({"timestamp": "1e300"}, "time"),
        ({"timestamp": "inf"}, "time"),
        ({"timestamp": "0001-01-01T00:00:00+14:00"}, "time"),
        ({"accuracy": "-1"}, "value"),
        ({"speed": "inf"}, "value"),
        ({"batt": "full"}, "value"),
        ({"mock": "maybe"}, "value"),
    ],
)
def test_wrong_forms_are_refused(change: dict[str, str], reason: str) -> None:
    with pytest.raises(MessageFault) as refused:
        fix_of_form(FORM | change)
    assert refused.value.reason == reason


def test_json_of_traccar_client() -> None:
    device, fix = fix_of_json(JSON)
    assert (device, fix.time, fix.lon, fix.lat) == ("8821", TIME, 121.5, 31.2)
    assert (fix.accuracy_m, fix.speed_mps, fix.bearing_deg, fix.altitude_m) == (8.5, 1.5, 90, 12)
    assert fix.attrs == {
        "battery_percent": 50,
        "is_charging": True,
        "is_moving": True,
        "event": "motionchange",
        "activity": "walking",
        "odometer_m": 1234,
    }


def test_what_a_phone_does_not_know_is_not_told() -> None:
    coords = {"latitude": 1, "longitude": 2, "speed": -1, "heading": -1, "accuracy": -1}
    location = {"timestamp": TIME.timestamp(), "coords": coords, "battery": {"level": -1}}
    whole = {"location": location | {"mock": True, "extras": {"alarm": "sos"}}, "device_id": 7}
    device, fix = fix_of_json(whole)
    assert (device, fix.is_mock, fix.attrs) == ("7", True, {"sos": True})
    assert (fix.speed_mps, fix.bearing_deg, fix.accuracy_m) == (None, None, None)


nested = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.dictionaries(
        st.sampled_from(["location", "coords", "latitude", "longitude", "timestamp", "device_id"]),
        inner,
    ),
)


@given(nested | st.fixed_dictionaries({"location": nested, "device_id": nested}))
def test_any_json_is_read_or_refused(document: object) -> None:
    try:
        device, fix = fix_of_json(document)
    except MessageFault:
        return
    assert device
    assert math.isfinite(fix.lon)


@given(
    st.dictionaries(
        st.sampled_from(["id", "lat", "lon", "timestamp", "speed", "bearing", "location"]),
        st.text(max_size=8) | st.floats().map(str) | st.integers().map(str),
    )
)
def test_any_form_is_read_or_refused(form: dict[str, str]) -> None:
    try:
        device, fix = fix_of_form(form)
    except MessageFault:
        return
    assert device
    assert fix.time.tzinfo is not None
