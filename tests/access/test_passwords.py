"""Passwords: the policy, and the work that is done whoever asks."""

import asyncio
import threading

import pytest
from argon2 import PasswordHasher

from gis_gov.access import passwords as product
from gis_gov.access.passwords import _AT_ONCE, LENGTH_MAX, Passwords, one_time_password, refuse_weak
from gis_gov.access.problems import WeakPassword


@pytest.fixture(autouse=True)
def hashed_as_by_the_product(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(product, "PasswordHasher", PasswordHasher)


def codes(problem: WeakPassword) -> list[str]:
    """Return the codes of all that is wrong."""
    faults = problem.members["faults"]
    assert isinstance(faults, list)
    return [fault["code"] for fault in faults]


def faults_of(password: str) -> list[str]:
    """Return the codes of all that is wrong with a password of wang's."""
    try:
        refuse_weak(password, "wang")
    except WeakPassword as refused:
        return codes(refused)
    return []


@pytest.mark.parametrize(
    ("password", "code", "word"),
    [
        ("Ab3-efghi", "length", "10 to 128"),
        ("Ab3-" + "x7" * LENGTH_MAX, "length", "10 to 128"),
        ("lanternquay47", "kinds", "three of"),
        ("LANTERNQUAY-LANE", "kinds", "three of"),
        ("My-WANG-is-4", "name", "name"),
        ("Password123!", "common", "common"),
        ("P@ssw0rd2026", "common", "common"),
        ("Aa123456789", "common", "common"),
        ("Qwerty12345", "common", "common"),
        ("1qaz2wsx3eDC", "common", "common"),
    ],
)
def test_a_weak_password_is_refused_with_its_fault(password: str, code: str, word: str) -> None:
    with pytest.raises(WeakPassword) as refused:
        refuse_weak(password, "wang")
    assert word in refused.value.detail
    assert refused.value.members["faults"] == [{"code": code, "what": refused.value.detail}]


def test_all_faults_are_told_at_once() -> None:
    assert faults_of("wang") == ["length", "kinds", "name"]


@pytest.mark.parametrize("password", ["Lantern-Quay-47", "网格员Quay2026好", "lantern quay 47 sea"])
def test_a_good_password_is_taken(password: str) -> None:
    assert faults_of(password) == []


def test_one_time_passwords_are_good_and_differ() -> None:
    made = {one_time_password() for _ in range(200)}
    assert len(made) == 200
    assert [faults_of(password) for password in made] == [[]] * 200


@pytest.mark.anyio
async def test_a_hash_fits_its_password_alone_however_it_was_typed() -> None:
    passwords = Passwords()
    kept = await passwords.hash("Ｌantern-Quay-47")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert await passwords.fits("Lantern-Quay-47", kept)
    assert not await passwords.fits("Lantern-Quay-48", kept)
    assert not await passwords.fits("Lantern-Quay-47", None)
    assert not await passwords.fits("Lantern-Quay-47", "no hash at all")
    assert not passwords.is_outdated(kept)


@pytest.mark.anyio
async def test_a_former_password_is_refused() -> None:
    passwords = Passwords()
    former = [await passwords.hash(f"Lantern-Quay-4{number}") for number in range(2)]
    found: dict[str, list[str]] = {}
    for password in ("Lantern-Quay-41", "Lantern-Quay-42"):
        found[password] = []
        try:
            await passwords.refuse_new(password, "wang", former)
        except WeakPassword as refused:
            found[password] = codes(refused)
    assert found == {"Lantern-Quay-41": ["former"], "Lantern-Quay-42": []}


class Slow(PasswordHasher):
    """A hasher that counts how many work at once, until they are let go."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()
        self.free = threading.Event()
        self.working = self.most = 0

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:  # noqa: ARG002
        with self.lock:
            self.working += 1
            self.most = max(self.most, self.working)
        self.free.wait(10)
        with self.lock:
            self.working -= 1
        return ""


@pytest.mark.anyio
async def test_who_leaves_does_not_let_more_be_hashed_at_once() -> None:
    passwords = Passwords()
    passwords._hasher = slow = Slow()
    for _ in range(6):
        asking = asyncio.create_task(passwords.hash("Lantern-Quay-47"))
        await asyncio.sleep(0.02)
        asking.cancel()
    await asyncio.sleep(0.05)
    slow.free.set()
    await passwords.hash("Lantern-Quay-47")
    assert slow.most == _AT_ONCE
