"""Frames and logins of JT/T 809: published ones, round trips, any cut, any garbage."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.gateway.faults import MessageFault
from gis_gov.gateway.jt809.cipher import Cipher
from gis_gov.gateway.jt809.framing import FrameDecoder, crc16, decode_frame, encode_frame
from gis_gov.gateway.jt809.header import (
    Edition,
    Message,
    Type,
    decode_message,
    edition_of_login,
    encode_framed,
    encode_message,
    platform_of,
)
from gis_gov.gateway.jt809.login import (
    Login,
    LoginResult,
    decode_login,
    decode_login_answer,
    encode_log_out,
    encode_login,
    encode_login_answer,
)
from tests.gateway.packets809 import MADE_CIPHER, PUBLISHED, RECORDED_CIPHER

words = st.integers(0, 0xFFFF)
double_words = st.integers(0, 0xFFFF_FFFF)
messages = st.builds(
    Message,
    words,
    double_words,
    double_words,
    st.binary(max_size=200) | st.text("[]Z^", max_size=60).map(str.encode),
    st.tuples(*[st.integers(0, 255)] * 3),
    st.booleans(),
    double_words,
)


def content(name: str) -> bytes:
    (found,) = FrameDecoder().feed(PUBLISHED[name])
    assert isinstance(found, bytes)
    return found


def shown(found: list[bytes | MessageFault]) -> list[object]:
    return [one.reason if isinstance(one, MessageFault) else one for one in found]


def test_the_crc_is_that_of_the_standard() -> None:
    assert crc16(b"123456789") == 0x29B1


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_frames_are_read_and_written_alike(name: str) -> None:
    assert encode_frame(content(name)) == PUBLISHED[name]
    edition: Edition = 2019 if name.endswith("2019") else 2011
    cipher = MADE_CIPHER if name == "HIDDEN_LOGIN" else RECORDED_CIPHER
    message = decode_message(content(name), edition, cipher)
    assert encode_message(message, edition, cipher) == content(name)


@given(messages, st.sampled_from([2011, 2019]))
def test_what_is_written_is_read(message: Message, year: int) -> None:
    edition: Edition = 2011 if year == 2011 else 2019
    sent = message if edition == 2011 else replace(message, sent_s=1_700_000_000)
    (found,) = FrameDecoder().feed(encode_framed(sent, edition, MADE_CIPHER))
    assert isinstance(found, bytes)
    assert decode_message(found, edition, MADE_CIPHER) == sent
    assert platform_of(found) == sent.platform_id


@given(st.data(), st.lists(messages | st.binary(max_size=60), max_size=6))
def test_any_cut_gives_the_same(data: st.DataObject, sent: list[Message | bytes]) -> None:
    stream = b"".join(
        one if isinstance(one, bytes) else encode_framed(one, 2011, MADE_CIPHER) for one in sent
    )
    whole, cut = FrameDecoder(150), FrameDecoder(150)
    found: list[bytes | MessageFault] = []
    at = 0
    while at < len(stream):
        size = data.draw(st.integers(1, 90))
        found += cut.feed(stream[at : at + size])
        at += size
    assert shown(found) == shown(whole.feed(stream))


@given(messages, st.binary(max_size=80))
def test_garbage_between_frames_costs_no_frame(message: Message, garbage: bytes) -> None:
    frame = encode_framed(message, 2011, MADE_CIPHER)
    found = FrameDecoder().feed(garbage + frame + garbage + frame)
    whole = [one for one in found if isinstance(one, bytes)]
    assert whole.count(encode_message(message, 2011, MADE_CIPHER)) == 2


def test_a_frame_without_an_end_is_not_kept() -> None:
    frames = FrameDecoder(1000)
    assert shown(frames.feed(b"\x5b" + bytes(1001))) == ["oversized"]
    for _ in range(10):
        assert frames.feed(bytes(100_000)) == []
    assert frames._kept is None
    assert frames.feed(PUBLISHED["LINK_TEST"]) == [content("LINK_TEST")]


@pytest.mark.parametrize(
    ("inside", "reason"),
    [("0000ba42", "checksum"), ("5a03", "escape"), ("5e", "escape"), ("ffff", "truncated")],
)
def test_wrong_frames_are_refused(inside: str, reason: str) -> None:
    with pytest.raises(MessageFault) as refused:
        decode_frame(bytes.fromhex(inside))
    assert refused.value.reason == reason


def test_logins() -> None:
    assert edition_of_login(content("LOGIN")) == 2011
    message = decode_message(content("LOGIN"), 2011)
    assert (message.type, message.serial, message.platform_id) == (Type.LOGIN, 133, 20180920)
    login = decode_login(message.body, 2011)
    assert login == Login(20180920, "20180920", "127.0.0.1", 809)
    assert encode_login(login, 2011) == message.body
    message = decode_message(content("RECORDED_LOGIN"), 2011)
    assert decode_login(message.body, 2011) == Login(12345678, "12345678", "127.0.0.1", 18033)
    body = bytes.fromhex(
        "0133EFB8323031383039323002A7DD233132372E302E302E310000000000000000000000000000000000000000"
        "0000000329"
    )
    login = replace(login, center_id=44555555)
    assert decode_login(body, 2019) == login
    sent = encode_message(Message(Type.LOGIN, 1, 2, encode_login(login, 2019)), 2019)
    assert edition_of_login(sent) == 2019
    with pytest.raises(MessageFault, match="login"):
        edition_of_login(content("LINK_TEST"))
    assert "20180920" not in repr(replace(login, user_id=1))


def test_answers_and_log_out() -> None:
    assert decode_login_answer(bytes.fromhex("000000D4B8")) == (LoginResult.DONE, 54456)
    assert encode_login_answer(LoginResult.DONE, 54456).hex() == "000000d4b8"
    with pytest.raises(MessageFault):
        decode_login_answer(bytes.fromhex("0900000000"))
    message = decode_message(content("LOG_OUT"), 2011)
    assert message.type == Type.LOG_OUT
    assert message.body == encode_log_out(123456, "123456")
    assert decode_message(content("LINK_TEST"), 2011).type == Type.LINK_TEST


def test_hidden_messages_are_opened() -> None:
    hidden = content("HIDDEN_LOGIN")
    login = decode_login(decode_message(hidden, 2011, MADE_CIPHER).body, 2011)
    assert login == Login(20180920, "20180920", "127.0.0.1", 809)
    with pytest.raises(MessageFault, match="M1, IA1 and IC1"):
        decode_message(hidden, 2011)
    assert MADE_CIPHER.apply(bytes(range(1, 8)), 256178).hex() == "d34c7078a73a41"
    assert Cipher(0, 1, 1).apply(b"abc", 0) == b"abc"
    assert "20000000" not in repr(MADE_CIPHER)
