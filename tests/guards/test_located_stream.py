"""Points that are located while they still come: over a socket, more than a body may have."""

import http.client
import io
import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pyarrow as pa
import pytest

from gis_gov.areas.points_streamed import AT_ONCE
from gis_gov.areas.schemas import ARROW
from tests.areas.posting import GRIDS, POINTS
from tests.areas.trap_district import write_trap_district
from tests.guards.conftest import LIMITS, Served
from tests.waiting import wait_until

ROWS = 100_000
BATCHES = 50
MOST_MORE_KB = 60_000


@pytest.fixture(scope="module", autouse=True)
def district(served: Served) -> None:
    write_trap_district(served.database_url)


def batch() -> pa.RecordBatch:
    lon, lat = zip(*(POINTS * (ROWS // len(POINTS))), strict=True)
    return pa.record_batch({"lon": lon, "lat": lat})


def messages(batches: Iterator[pa.RecordBatch]) -> Iterator[bytes]:
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, batch().schema) as stream:
        for each in batches:
            stream.write_batch(each)
            yield sink.getvalue()
            sink.seek(0)
            sink.truncate()
    yield sink.getvalue()


@contextmanager
def opened(served: Served) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)
    connection.putrequest("POST", "/locate?stream=true")
    connection.putheader("authorization", f"Bearer {served.key}")
    connection.putheader("content-type", ARROW)
    connection.putheader("transfer-encoding", "chunked")
    connection.endheaders()
    with closing(connection):
        yield connection


def send(connection: http.client.HTTPConnection, piece: bytes, end: bytes = b"") -> None:
    connection.send(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" + end)


def peak_kb(process_id: int) -> int:
    """Return the most memory that any process of the server had so far."""
    told = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process_id}/status").read_text())
    assert told
    return int(told[1])


def server_processes(served: Served) -> list[int]:
    found = [served.up.process.pid]
    for each in found:
        for task in Path(f"/proc/{each}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    return found


def test_the_answer_begins_before_all_is_sent_and_memory_stays_flat(served: Served) -> None:
    one = batch()
    assert one.nbytes * BATCHES > 20 * LIMITS["GIS_GOV_BODY_MAX_MB"] * 1_000_000
    before_kb = {each: peak_kb(each) for each in server_processes(served)}
    has_begun = threading.Event()
    with opened(served) as connection:

        def sent() -> None:
            for number, piece in enumerate(messages(one for _ in range(BATCHES))):
                if number == 3:
                    assert has_begun.wait(60)
                send(connection, piece)
            connection.send(b"0\r\n\r\n")

        sending = threading.Thread(target=sent)
        sending.start()
        rows = 0
        with connection.getresponse() as answer:
            assert answer.status == 200
            with pa.ipc.open_stream(answer) as located:
                for part in located:
                    has_begun.set()
                    wanted = (GRIDS * (part.num_rows // len(GRIDS) + 2))[rows % len(GRIDS) :]
                    assert part["grid_code"].to_pylist() == wanted[: part.num_rows]
                    rows += part.num_rows
            assert answer.read() == b""
        sending.join()
    assert rows == one.num_rows * BATCHES
    grown = {each: peak_kb(each) - before for each, before in before_kb.items()}
    assert max(grown.values()) < MOST_MORE_KB


def test_a_row_with_no_position_breaks_the_answer_off(served: Served) -> None:
    bad = pa.record_batch({"lon": [22.9], "lat": [113.3]})
    with opened(served) as connection:
        # It may hang up before an end that is sent on its own.
        send(connection, b"".join(messages(iter([batch().slice(0, 10), bad]))), b"0\r\n\r\n")
        with connection.getresponse() as answer:
            assert answer.status == 200
            with pytest.raises(http.client.IncompleteRead):
                answer.read()


def test_so_many_streams_are_answered_at_once_and_their_clients_may_leave(served: Served) -> None:
    pieces = messages(batch().slice(0, 100) for _ in range(3))
    first = next(pieces)
    whole = b"".join(messages(iter([batch().slice(0, 100)])))
    with ExitStack() as held:
        for _ in range(AT_ONCE):
            connection = held.enter_context(opened(served))
            send(connection, first)
            answer = held.enter_context(connection.getresponse())
            assert answer.status == 200
        assert asked(served, whole)[0] == 503
    wait_until(lambda: asked(served, whole)[0] == 200)


def asked(served: Served, whole: bytes) -> tuple[int, bytes]:
    return served.ask(
        served.head(
            "POST", "/locate?stream=true", f"Content-Type: {ARROW}", f"Content-Length: {len(whole)}"
        )
        + whole
    )
