"""Frames of JT/T 808 in a stream that is cut anywhere and has anything in between."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.gateway.faults import MessageFault
from gis_gov.gateway.jt808.framing import MAX_FRAME_BYTES, FrameDecoder, decode_frame, encode_frame
from gis_gov.gateway.jt808.header import (
    Message,
    Piece,
    decode_message,
    encode_framed,
    encode_message,
)
from gis_gov.gateway.jt808.pieces import MAX_PIECES, MAX_UNFINISHED, Pieces
from tests.gateway.packets808 import ALL

digits = st.integers(0, 10**12 - 1).map(str)
messages = st.builds(
    Message,
    st.integers(0, 0xFFFF),
    digits,
    st.integers(0, 0xFFFF),
    st.binary(max_size=1023) | st.text("}~", max_size=60).map(str.encode),
    st.none() | st.integers(0, 0xFF),
    st.none() | st.integers(1, 0xFFFF).map(lambda total: Piece(total, total)),
)


def shown(found: list[bytes | MessageFault]) -> list[object]:
    return [one.reason if isinstance(one, MessageFault) else one for one in found]


@pytest.mark.parametrize("name", ALL)
def test_published_frames_are_read_and_written_alike(name: str) -> None:
    frame = ALL[name]
    (content,) = FrameDecoder().feed(frame)
    assert isinstance(content, bytes)
    assert encode_frame(content) == frame
    assert encode_message(decode_message(content)) == content


@given(messages)
def test_what_is_written_is_read(message: Message) -> None:
    (content,) = FrameDecoder().feed(encode_framed(message))
    assert isinstance(content, bytes)
    assert decode_message(content) == message


@given(st.data(), st.lists(messages | st.binary(max_size=60), max_size=6))
def test_any_cut_gives_the_same(data: st.DataObject, sent: list[Message | bytes]) -> None:
    stream = b"".join(encode_framed(one) if isinstance(one, Message) else one for one in sent)
    whole, cut = FrameDecoder(200), FrameDecoder(200)
    found: list[bytes | MessageFault] = []
    at = 0
    while at < len(stream):
        size = data.draw(st.integers(1, 90))
        found += cut.feed(stream[at : at + size])
        at += size
    assert shown(found) == shown(whole.feed(stream))


@given(messages, st.binary(max_size=80).map(lambda data: data.replace(b"\x7e", b"")))
def test_garbage_between_frames_costs_no_frame(message: Message, garbage: bytes) -> None:
    frame = encode_framed(message)
    found = FrameDecoder().feed(garbage + frame + garbage + frame)
    whole = [one for one in found if isinstance(one, bytes)]
    assert whole.count(encode_message(message)) >= 2


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for found in FrameDecoder().feed(b"\x7e" + data + b"\x7e"):
        if isinstance(found, bytes):
            with suppress(MessageFault):
                decode_message(found)


@pytest.mark.parametrize(
    ("inside", "reason"),
    [
        ("0002000001234567890100008b", "checksum"),
        ("00027d03", "escape"),
        ("00027d", "escape"),
        ("00", "truncated"),
    ],
)
def test_wrong_frames_are_refused(inside: str, reason: str) -> None:
    with pytest.raises(MessageFault) as refused:
        decode_frame(bytes.fromhex(inside))
    assert refused.value.reason == reason


def test_frames_may_share_a_flag_or_lose_one() -> None:
    frame = ALL["HEARTBEAT_2013"]
    content = frame[1:-2]
    assert FrameDecoder().feed(frame + frame[1:]) == [content, content]
    assert FrameDecoder().feed(frame[:-1] + frame) == [content, content]


def test_a_frame_without_an_end_is_not_kept() -> None:
    frames = FrameDecoder()
    assert shown(frames.feed(b"\x7e" + bytes(MAX_FRAME_BYTES + 1))) == ["oversized"]
    for _ in range(10):
        assert frames.feed(bytes(1_000_000)) == []
    assert len(frames._kept) == 0
    frame = ALL["HEARTBEAT_2013"]
    assert frames.feed(frame) == [frame[1:-2]]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("000204000123456789010000", "encrypted"),
        ("00020000012345678901", "truncated"),
        ("000200050123456789010000", "length"),
        ("00020000012345678901000000", "length"),
        ("00020000012345678a010000", "value"),
        ("0002200001234567890100000001", "truncated"),
        ("000220000123456789010000000100 02", "value"),
        ("000220000123456789010000000000 00", "value"),
    ],
)
def test_wrong_headers_are_refused(content: str, reason: str) -> None:
    with pytest.raises(MessageFault) as refused:
        decode_message(bytes.fromhex(content))
    assert refused.value.reason == reason


def test_what_can_not_be_sent_is_refused() -> None:
    with pytest.raises(MessageFault, match="1024 bytes"):
        encode_message(Message(2, "1", 0, bytes(1024)))
    with pytest.raises(MessageFault, match="12 digits"):
        encode_message(Message(2, "1" * 13, 0))


def pieces_of(body: bytes, total: int, serial: int) -> list[Message]:
    size = -(-len(body) // total)
    return [
        Message(
            0x0704,
            "1",
            (serial + number) & 0xFFFF,
            body[number * size : (number + 1) * size],
            None,
            Piece(total, number + 1),
        )
        for number in range(total)
    ]


@given(st.binary(min_size=1, max_size=300), st.integers(2, 8), st.integers(0, 0xFFFF), st.data())
def test_pieces_are_put_together_in_any_order(
    body: bytes, total: int, serial: int, data: st.DataObject
) -> None:
    pieces = Pieces()
    sent = pieces_of(body, total, serial)
    *first, last = data.draw(st.permutations(sent))
    assert [pieces.add(one) for one in (*first, *first)] == [None] * 2 * len(first)
    whole = pieces.add(last)
    assert whole is not None
    assert whole.message.body == body
    assert whole.message.piece is None
    assert whole.serials == tuple(one.serial for one in sent)
    assert not pieces._unfinished


def test_pieces_that_never_become_whole_are_bounded() -> None:
    pieces = Pieces()
    for number in range(100):
        pieces.add(pieces_of(b"abc", 3, number * 10)[0])
    assert len(pieces._unfinished) == MAX_UNFINISHED
    with pytest.raises(MessageFault, match="pieces"):
        pieces.add(Message(0x0704, "1", 0, b"", None, Piece(MAX_PIECES + 1, 1)))
    pieces.add(Message(0x0704, "1", 5, b"", None, Piece(3, 1)))
    with pytest.raises(MessageFault, match="3 before"):
        pieces.add(Message(0x0704, "1", 6, b"", None, Piece(4, 2)))
