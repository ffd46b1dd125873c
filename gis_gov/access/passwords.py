"""Passwords: what makes a good one, and how they are kept and compared."""

import asyncio
import os
import secrets
import string
import unicodedata
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from gis_gov.access.problems import WeakPassword

LENGTH_MIN: Final = 10
LENGTH_MAX: Final = 128
KINDS_MIN: Final = 3
# Of 0 to 4, by zxcvbn: 2 withstands some 10⁶ guesses. The lock allows 480 a day.
_SCORE_MIN: Final = 2
# What zxcvbn looks at; its time grows with the length.
_SCORED_LENGTH: Final = 64
_ONE_TIME_LENGTH: Final = 20
# A hash takes 64 MB and all that a processor gives: more at once would starve the map.
_AT_ONCE: Final = max(1, min(4, (os.cpu_count() or 2) // 2))
# The codes are for programs, which may have words of their own: they never change their meaning.
FAULTS: Final = {
    "length": f"It has {LENGTH_MIN} to {LENGTH_MAX} characters.",
    "kinds": "It has three of: small letters, capital letters, digits, others.",
    "name": "The account's name is not in it.",
    "common": "It is no common password, nor one made of such words, names or rows of keys.",
    "former": "It is none of the former ones.",
}

Made = TypeVar("Made")


def normalised(password: str) -> str:
    """Return one form of the same characters, however they were typed."""
    return unicodedata.normalize("NFKC", password)


def refuse_weak(password: str, name: str) -> None:
    """Refuse a password that is too short, too plain, or easily guessed.

    Raises:
        WeakPassword: with all that is wrong with it.

    """
    text = normalised(password)
    faults: list[str] = []
    if not LENGTH_MIN <= len(text) <= LENGTH_MAX:
        faults.append("length")
    if len({_kind(character) for character in text}) < KINDS_MIN:
        faults.append("kinds")
    if normalised(name).casefold() in text.casefold():
        faults.append("name")
    if not faults and _is_easily_guessed(text, name):
        faults.append("common")
    if faults:
        raise _weak(*faults)


def one_time_password() -> str:
    """Make a password for the first sign-in, of letters and digits that are not mistaken."""
    letters = sorted(set(string.ascii_letters + string.digits) - set("0OIl1"))
    while True:
        made = "".join(secrets.choice(letters) for _ in range(_ONE_TIME_LENGTH))
        if len({_kind(character) for character in made}) >= KINDS_MIN:
            return made


@dataclass(frozen=True, slots=True)
class OneTime:
    """A password for the first sign-in, and what is kept of it."""

    password: str = field(repr=False)
    hashed: str = field(repr=False)


class Passwords:
    """Hash and compare passwords with argon2id, in threads, a few at a time."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._nobodys = _nobodys_hash()
        # Threads of its own are the limit: one goes on when who waits for it is cancelled.
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="password")

    async def hash(self, password: str) -> str:
        """Return what is kept of a password."""
        return await self._in_turn(self._hasher.hash, normalised(password))

    async def one_time(self) -> OneTime:
        """Make a one-time password; hashing waits for its turn, so no transaction is to be open."""
        password = one_time_password()
        return OneTime(password, await self.hash(password))

    async def fits(self, password: str, kept: str | None) -> bool:
        """Say whether it is the password that was kept; with none kept, as much work is done."""
        return await self._in_turn(self._fits, normalised(password), kept)

    async def refuse_new(self, password: str, name: str, former: Iterable[str]) -> None:
        """Refuse a new password that is weak, or one of the former ones.

        Raises:
            WeakPassword: with all that is wrong with it.

        """
        await self._in_turn(refuse_weak, password, name)
        for each in former:
            if await self.fits(password, each):
                raise _weak("former")

    def is_outdated(self, kept: str) -> bool:
        """Say whether it was hashed with less work than is done today."""
        return self._hasher.check_needs_rehash(kept)

    async def _in_turn(self, work: Callable[..., Made], *given: object) -> Made:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *given)

    def _fits(self, password: str, kept: str | None) -> bool:
        try:
            fits = self._hasher.verify(kept or self._nobodys, password)
        except (VerificationError, InvalidHashError):
            return False
        return fits and kept is not None


@cache
def _nobodys_hash() -> str:
    """Return what could be kept of a password that nobody has; made once a process."""
    return PasswordHasher().hash(secrets.token_urlsafe(32))


def _weak(*codes: str) -> WeakPassword:
    return WeakPassword({code: FAULTS[code] for code in codes})


def _kind(character: str) -> str:
    if character.islower():
        return "small"
    if character.isupper():
        return "capital"
    return "digit" if character.isdigit() else "other"


def _is_easily_guessed(password: str, name: str) -> bool:
    # Slow to import, and passwords are seldom changed.
    from zxcvbn import zxcvbn  # noqa: PLC0415

    scored = zxcvbn(password[:_SCORED_LENGTH], user_inputs=[name, "gis_gov", "gis-gov"])
    return int(scored["score"]) < _SCORE_MIN
