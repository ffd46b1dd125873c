import base64
import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_gov.access.keyring import FILE, SecretsError, load_sealer, read_keys, write_keys
from gis_gov.access.problems import CannotOpen
from gis_gov.access.sealing import Key, Sealer, key_id, new_key
from gis_gov.settings import Settings

ID_NUMBER = "person.id_number"


def settings(home: Path, **others: object) -> Settings:
    return Settings(home=home, **{"secrets": None, **others})  # type: ignore[arg-type]


@given(st.text(max_size=40))
def test_what_is_sealed_opens(text: str) -> None:
    sealer = Sealer([new_key()])
    sealed = sealer.seal(text, ID_NUMBER)
    assert sealer.open(sealed, ID_NUMBER) == text
    assert not text or text.encode() not in sealed or len(text) < 3


def test_a_text_is_sealed_differently_each_time_and_digested_alike() -> None:
    sealer = Sealer([new_key()])
    texts = ["440113199001011234"] * 2 + ["13800138000"]
    first, second, other = sealer.seal_many(texts, ID_NUMBER)
    assert first != second != other
    assert [sealer.open(each, ID_NUMBER) for each in (first, second, other)] == texts
    digests = sealer.digest_many(texts, ID_NUMBER)
    assert digests[0] == digests[1] == sealer.digest(texts[0], ID_NUMBER) != digests[2]


def test_digests_of_other_columns_and_keys_differ() -> None:
    one, other = Sealer([new_key()]), Sealer([new_key()])
    made = {
        one.digest("1", ID_NUMBER),
        one.digest("1", "person.phone"),
        other.digest("1", ID_NUMBER),
    }
    assert len(made) == 3


def test_a_value_of_another_column_does_not_open() -> None:
    sealer = Sealer([new_key()])
    with pytest.raises(CannotOpen):
        sealer.open(sealer.seal("13800138000", "person.phone"), "worker.phone")


@given(st.integers(0, 43), st.integers(1, 255))
def test_a_changed_byte_does_not_open(at: int, flip: int) -> None:
    sealer = Sealer([new_key()])
    sealed = bytearray(sealer.seal("13800138000", "person.phone"))
    sealed[at] ^= flip
    with pytest.raises(CannotOpen):
        sealer.open(bytes(sealed), "person.phone")


@given(st.binary(max_size=60))
def test_bytes_that_nobody_sealed_do_not_open(junk: bytes) -> None:
    with pytest.raises(CannotOpen):
        Sealer([new_key()]).open(junk, ID_NUMBER)


def test_old_keys_open_and_the_first_seals() -> None:
    old, new = new_key(), new_key()
    before = Sealer([old])
    both = Sealer([new, old])
    sealed = before.seal("x", ID_NUMBER)
    assert both.open(sealed, ID_NUMBER) == "x"
    assert key_id(both.seal("x", ID_NUMBER)) == new.id
    assert before.digest("x", ID_NUMBER) in both.digests("x", ID_NUMBER)
    with pytest.raises(CannotOpen) as refused:
        before.open(both.seal("x", ID_NUMBER), ID_NUMBER)
    assert new.id.hex() not in str(refused.value.body())


def test_a_key_that_came_after_the_start_is_found(tmp_path: Path) -> None:
    sealer = load_sealer(settings(tmp_path))
    newest = new_key()
    write_keys(tmp_path / FILE, [newest, *sealer.keys])
    assert sealer.open(Sealer([newest]).seal("x", ID_NUMBER), ID_NUMBER) == "x"
    assert sealer.current == newest


@pytest.mark.anyio
async def test_what_anybody_may_have_made_up_has_the_keys_read_once_and_beside_the_loop() -> None:
    threads: list[int] = []

    def reread() -> list[Key]:
        threads.append(threading.get_ident())
        raise SecretsError("the file is gone")

    sealer = Sealer([new_key()], reread)
    for _ in range(50):
        with pytest.raises(CannotOpen):
            await sealer.open_shown(Sealer([new_key()]).seal("x", ID_NUMBER), ID_NUMBER)
    assert len(threads) == 1
    assert threads[0] != threading.get_ident()
    assert await sealer.open_shown(sealer.seal("x", ID_NUMBER), ID_NUMBER) == "x"


@pytest.mark.anyio
async def test_what_is_shown_opens_by_a_key_that_came_after_the_start(tmp_path: Path) -> None:
    sealer = load_sealer(settings(tmp_path))
    newest = new_key()
    write_keys(tmp_path / FILE, [newest, *sealer.keys])
    assert await sealer.open_shown(Sealer([newest]).seal("x", ID_NUMBER), ID_NUMBER) == "x"


def test_keys_that_cannot_be_read_again_are_no_internal_error() -> None:
    def reread() -> list[Key]:
        raise SecretsError("the file is gone")

    with pytest.raises(CannotOpen):
        Sealer([new_key()], reread).open(Sealer([new_key()]).seal("x", ID_NUMBER), ID_NUMBER)


def test_a_home_gets_its_file_once_and_for_its_owner_only(tmp_path: Path) -> None:
    home = tmp_path / "home"
    made = load_sealer(settings(home))
    assert stat.S_IMODE((home / FILE).stat().st_mode) == 0o600
    assert load_sealer(settings(home)).keys == made.keys
    assert [each.name for each in home.iterdir()] == [FILE]
    write_keys(home / FILE, [new_key(), *made.keys])
    assert stat.S_IMODE((home / FILE).stat().st_mode) == 0o600
    assert read_keys(settings(home))[1:] == made.keys
    assert [each.name for each in home.iterdir()] == [FILE]


def test_processes_that_start_together_agree_on_the_key(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from gis_gov.access.keyring import read_keys;"
        "from gis_gov.settings import Settings;"
        "print(read_keys(Settings(home=Path(sys.argv[1]), secrets=None))[0].id.hex())"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    assert len({each.communicate()[0] for each in running}) == 1
    assert [each.name for each in tmp_path.iterdir()] == [FILE]


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"keys": []}', '{"keys": "x"}', '{"keys": ["c2hvcnQ="]}', '{"keys": ["?"]}'],
)
def test_a_wrong_file_is_one_clear_line(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)
    with pytest.raises(SecretsError) as refused:
        load_sealer(settings(tmp_path))
    assert str(tmp_path / FILE) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_new_keys_and_their_names_outlast_a_power_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[tuple[bool, list[str]]] = []

    def fsync(handle: int) -> None:
        told = sorted(path.name for path in tmp_path.glob("[!.]*"))
        synced.append((stat.S_ISDIR(os.fstat(handle).st_mode), told))

    monkeypatch.setattr(os, "fsync", fsync)
    keys = load_sealer(settings(tmp_path)).keys
    assert synced == [(False, []), (True, [FILE])]
    write_keys(tmp_path / FILE, keys)
    assert synced[2:] == [(False, [FILE]), (True, [FILE])]


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    named = tmp_path / "mounted"
    with pytest.raises(SecretsError, match="mounted: No such file"):
        load_sealer(settings(tmp_path, secrets_file=named))
    key = base64.b64encode(bytes(32)).decode()
    named.write_text(json.dumps({"keys": [key]}))
    assert load_sealer(settings(tmp_path, secrets_file=named)).keys == read_keys(
        settings(tmp_path, secrets=key)
    )


def test_nothing_tells_the_keys(tmp_path: Path) -> None:
    secret = base64.b64encode(bytes(range(1, 33))).decode()
    made = settings(tmp_path, secrets=secret)
    told = f"{made!r} {made} {load_sealer(made).current!r}"
    assert secret not in told
    assert repr(bytes(range(1, 33))) not in told
    with pytest.raises(SecretsError) as refused:
        load_sealer(settings(tmp_path, secrets="c2VjcmV0"))
    assert "c2VjcmV0" not in str(refused.value)
