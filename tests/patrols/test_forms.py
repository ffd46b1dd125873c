"""Positions in each form: the same rows as JSON, and clear problems of what is broken."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.patrols.forms.binary import FIX, SOURCES, START, read_binary, write_binary
from gis_gov.patrols.forms.faults import BadTrack
from gis_gov.patrols.forms.fit import read_fit
from gis_gov.patrols.forms.geojson import read_geojson_track
from gis_gov.patrols.forms.gpx import read_gpx
from gis_gov.patrols.position_schemas import PositionSent, PositionsSent
from gis_gov.patrols.sent import BINARY, FIT, GPX
from tests.accounts.people import slug
from tests.patrols.fit_file import fit
from tests.signed_in import Client

START_AT = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3)
ROWS = """
    select p.device, p.time, p.worker_id, st_x(p.geom), st_y(p.geom), p.accuracy_m, p.speed_mps,
        p.bearing_deg, p.altitude_m, p.source, p.sequence, p.is_mock, p.device_time, p.rejected_for
    from position as p order by p.time
"""
FIXES = [
    {
        "time": (START_AT + timedelta(seconds=10 * n)).isoformat(),
        "lon": round(113.15 + n / 1e5, 7),
        "lat": 22.05,
        "accuracy_m": 6.0,
        "speed_mps": 1.5,
        "altitude_m": 7.0,
    }
    for n in range(30)
]
WHOLE = {
    "bearing_deg": 359.9,
    "source": "beidou",
    "sequence": 17,
    "mock": True,
    "device_time": (START_AT + timedelta(minutes=9)).isoformat(),
}
codes = st.none() | st.text(
    st.characters(blacklist_categories=("Cc", "Cs")), min_size=1, max_size=60
)
positions = st.builds(
    PositionSent.model_construct,
    time=st.integers(0, 4_000_000_000_000).map(
        lambda ms: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
    ),
    lon=st.integers(-1_800_000_000, 1_800_000_000).map(lambda n: n / 1e7),
    lat=st.integers(-900_000_000, 900_000_000).map(lambda n: n / 1e7),
    accuracy_m=st.none() | st.integers(0, 65_534).map(lambda n: n / 10),
    speed_mps=st.none() | st.integers(0, 65_534).map(lambda n: n / 100),
    bearing_deg=st.none() | st.integers(0, 35_999).map(lambda n: n / 100),
    altitude_m=st.none() | st.integers(-50_000, 900_000).map(lambda n: n / 100),
    source=st.sampled_from(SOURCES),
    device_time=st.none(),
    sequence=st.none() | st.integers(0, 2**32 - 2),
    mock=st.booleans(),
)


def gpx(fixes: list[dict[str, Any]]) -> str:
    points = "".join(
        f'<trkpt lat="{each["lat"]!r}" lon="{each["lon"]!r}"><ele>7</ele><time>'
        f"{each['time'].replace('+00:00', 'Z')}</time>"
        "<extensions><speed>1.5</speed><accuracy>6</accuracy></extensions></trkpt>"
        for each in fixes
    )
    return (
        '<?xml version="1.0"?><gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1">'
        f"<trk><name>x</name><trkseg>{points}</trkseg></trk></gpx>"
    )


def geojson(fixes: list[dict[str, Any]], *, as_line: bool) -> dict[str, Any]:
    if as_line:
        corners = [[each["lon"], each["lat"], 7.0] for each in fixes]
        geometry = {"type": "LineString", "coordinates": corners}
        properties: Any = {"coordTimes": [each["time"] for each in fixes]}
        return {"type": "Feature", "geometry": geometry, "properties": properties}
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [each["lon"], each["lat"]]},
            "properties": {**{k: each[k] for k in each if k not in {"lon", "lat"}}, "more": 1},
        }
        for each in fixes
    ]
    return {"type": "FeatureCollection", "features": features}


def binary(fixes: list[dict[str, Any]], **more: Any) -> bytes:
    return write_binary(PositionsSent.model_validate({"positions": fixes, **more}))


async def tell(
    client: httpx.AsyncClient, url: str, content: Any, media_type: str, **query: str
) -> list[tuple[Any, ...]]:
    """Send a body; give the rows that it made, which are gone afterwards."""
    body = content if isinstance(content, bytes | str) else orjson.dumps(content)
    headers = {"content-type": media_type}
    answer = await client.post("/positions", content=body, headers=headers, params=query)
    assert answer.status_code == 200, answer.text
    assert answer.json()["refused"] == []
    with psycopg.connect(url) as conn:
        rows = conn.execute(ROWS).fetchall()
        conn.execute("delete from position")
    assert len(rows) == answer.json()["stored"]
    return rows


@pytest.mark.anyio
async def test_each_form_makes_the_rows_that_json_makes(signed_in: Client, people_url: str) -> None:
    client = await signed_in("gateway")

    async def of_json(fixes: list[Any], **more: Any) -> list[tuple[Any, ...]]:
        body = {"worker": "W1", "device": "d", "positions": fixes, **more}
        return await tell(client, people_url, body, "application/json")

    whole = [{**each, **WHOLE} for each in FIXES]
    told = binary(whole, worker="W1", device="d")
    assert await tell(client, people_url, told, BINARY) == await of_json(whole)
    asked = {"worker": "W1", "device": "d"}
    document = geojson(whole, as_line=False)
    assert await tell(client, people_url, document, "application/geo+json", **asked) == (
        await of_json(whole)
    )
    keys = ("time", "lon", "lat", "altitude_m")
    bare = [{key: each[key] for key in keys} for each in FIXES]
    line = geojson(FIXES, as_line=True)
    assert await tell(client, people_url, line, "application/geo+json", **asked) == (
        await of_json(bare)
    )
    assert await tell(client, people_url, gpx(FIXES), GPX, **asked) == await of_json(FIXES)
    places = [(datetime.fromisoformat(each["time"]), each["lon"], each["lat"]) for each in FIXES]
    rows = await tell(client, people_url, fit(places), FIT, **asked)
    for row, expected in zip(rows, await of_json(FIXES), strict=True):
        assert row[3:5] == pytest.approx(expected[3:5], abs=1e-7)
        assert row[:3] + row[5:] == expected[:3] + expected[5:]


@pytest.mark.anyio
async def test_a_file_of_a_whole_day_is_taken_in_parts(signed_in: Client, people_url: str) -> None:
    client = await signed_in("gateway")
    many = [
        {**FIXES[0], "time": (START_AT - timedelta(seconds=n)).isoformat()} for n in range(12_000)
    ]
    assert len(await tell(client, people_url, gpx(many), GPX, worker="W1")) == 12_000


@pytest.mark.anyio
async def test_what_is_broken_is_told(signed_in: Client) -> None:
    client = await signed_in("gateway")
    body = orjson.dumps({"worker": "W1", "positions": FIXES})
    for content, media_type, query, status, expected in (
        (b"<gpx", GPX, {}, 400, "bad-track"),
        (b"GGP\x02", BINARY, {}, 400, "bad-track"),
        (b"{}", "application/geo+json", {}, 400, "bad-track"),
        (b"x", FIT, {}, 400, "bad-track"),
        (body, "text/csv", {}, 415, "unsupported-media"),
        (body, "application/json", {"worker": "W1"}, 400, "invalid-request"),
        (b'{"positions": [{"lon": 1}]}', "application/json", {}, 400, "invalid-request"),
        (b"{", "application/json", {}, 400, "invalid-request"),
    ):
        headers = {"content-type": media_type}
        answer = await client.post("/positions", content=content, headers=headers, params=query)
        assert (answer.status_code, slug(answer)) == (status, expected), (media_type, answer.text)
    answer = await client.post("/positions", json={"worker": "W1", "positions": [{"lon": "x"}]})
    assert [each["where"] for each in answer.json()["errors"]] == [
        "body.positions.0.time",
        "body.positions.0.lon",
        "body.positions.0.lat",
    ]


@given(st.lists(positions, min_size=1, max_size=20), codes, codes)
def test_what_is_written_is_read_again(
    told: list[PositionSent], worker: str | None, device: str | None
) -> None:
    sent = PositionsSent.model_construct(worker=worker, device=device, positions=told)
    body = write_binary(sent)
    assert read_binary(body) == sent
    # As if it had been JSON.
    assert PositionsSent.model_validate_json(sent.model_dump_json()) == sent
    names = sum(len((code or "").encode()) for code in (worker, device))
    assert len(body) == 4 + 2 + names + 2 + FIX.itemsize * len(told)


@given(st.binary(max_size=300) | st.binary(max_size=300).map(lambda more: START + more))
def test_any_bytes_are_positions_or_refused(body: bytes) -> None:
    try:
        sent = read_binary(body)
    except BadTrack:
        return
    assert PositionsSent.model_validate_json(sent.model_dump_json()) == sent


@given(st.data())
def test_a_message_that_was_damaged_is_never_an_error_of_ours(data: st.DataObject) -> None:
    whole = binary([{**each, **WHOLE} for each in FIXES[:3]], worker="W1", device="d")
    with pytest.raises(BadTrack):
        read_binary(whole[: data.draw(st.integers(0, len(whole) - 1))])
    body = bytearray(whole)
    at = data.draw(st.integers(0, len(body) - 1))
    body[at] = data.draw(st.integers(0, 255))
    try:
        told = read_binary(bytes(body))
    except BadTrack:
        return
    # What can be read is as whole as what came.
    assert PositionsSent.model_validate_json(told.model_dump_json()) == told
    assert len(told.positions) == 3


@given(st.binary(max_size=200), st.integers(0, 300))
def test_no_file_that_is_broken_is_an_error_of_ours(rest: bytes, at: int) -> None:
    for read, whole in (
        (read_gpx, gpx(FIXES[:2]).encode()),
        (read_geojson_track, orjson.dumps(geojson(FIXES[:2], as_line=False))),
        (read_fit, fit([(START_AT, 113.0, 22.0)] * 3)),
    ):
        for body in (rest, whole[:at] + rest, whole[:at] + rest + whole[at + len(rest) :]):
            try:
                assert read(body)
            except BadTrack:
                continue


@pytest.mark.parametrize(
    ("read", "body", "said"),
    [
        (read_gpx, b"<kml/>", "outermost element is 'kml'"),
        (read_gpx, b"<gpx/>", "no fixes"),
        (read_gpx, b"<gpx><trkpt lat='1' lon='2'/></gpx>", "no fixes"),
        (read_gpx, b"<gpx><trkpt lat='1' lon='2'><time>x</time></trkpt></gpx>", "'x' is no time"),
        (
            read_gpx,
            b"<gpx><trkpt lat='north' lon='2'><time>2026-01-01T00:00:00Z</time></trkpt></gpx>",
            "trkpt 1: lat",
        ),
        (read_geojson_track, b'{"type": "FeatureCollection", "features": []}', "no fixes"),
        (
            read_geojson_track,
            b'{"type": "LineString", "coordinates": [[1, 2], [3, 4]]}',
            "coordTimes, a time for each of its 2",
        ),
        (read_geojson_track, b'{"type": "Point", "coordinates": [1, 2]}', "features[0]: time"),
        (read_fit, b"", "no fixes"),
        (read_fit, b"x" * 20, "no FIT"),
        pytest.param(
            read_fit, fit([(START_AT, 1.0, 2.0)])[:-1] + b"x", "broken FIT", id="checksum of FIT"
        ),
        (read_fit, fit([]), "no fixes"),
    ],
)
def test_it_is_said_what_is_wrong_and_where(read: Any, body: bytes, said: str) -> None:
    with pytest.raises(BadTrack) as raised:
        read(body)
    assert said in raised.value.detail


def test_entities_of_xml_do_not_grow_without_end() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    body = f'<!DOCTYPE gpx [<!ENTITY l0 "lol">{laughs}]><gpx><trkpt lat="1">&l9;</trkpt></gpx>'
    with pytest.raises(BadTrack):
        read_gpx(body.encode())


def test_real_tracks_are_read(shared_data: Path) -> None:
    folder = shared_data / "gps-tracks"
    # In the second one many points have no time.
    for name, count in (("Mojstrovka.gpx", 184), ("korita-zbevnica.gpx", 513)):
        told = read_gpx((folder / name).read_bytes())
        assert len(told) == count
        assert all(each.altitude_m is not None for each in told)
    # Its file has a time, and places on the way.
    assert len(read_gpx((folder / "cerknicko-without-times.gpx").read_bytes())) == 5
