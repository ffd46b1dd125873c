"""What goes over a WebSocket is what goes over the stream, message by message."""

from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.live.frames import frame, id_frame
from gis_gov.live.socket_frames import messages_of

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
SAID = st.one_of(
    st.tuples(
        st.sampled_from(["event", "change", "positions"]), st.dictionaries(st.text(), VALUES)
    ),
    st.tuples(st.just("id"), st.from_regex(r"[A-Za-z0-9_-]{1,40}", fullmatch=True)),
    st.tuples(st.just("silence"), st.none()),
    st.tuples(st.just("retry"), st.integers(1000, 4000)),
)


def encoded(name: str, told: Any) -> bytes:
    match name:
        case "id":
            return id_frame(told)
        case "silence":
            return b":\n\n"
        case "retry":
            return b"retry: %d\n\n" % told
        case _:
            return frame(name, told)


def expected(name: str, told: Any) -> dict[str, Any]:
    return {name: told} if name in {"id", "retry"} else {"event": name, "data": told}


@given(st.lists(SAID, max_size=8))
def test_each_message_is_told_as_it_is(said: list[tuple[str, Any]]) -> None:
    piece = b"".join(encoded(name, told) for name, told in said)
    assert [orjson.loads(text) for text in messages_of(piece)] == [
        expected(name, told) for name, told in said if name != "silence"
    ]
