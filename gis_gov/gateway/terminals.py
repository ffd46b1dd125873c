"""Which terminals are known, and how one shows that it is the one that it says."""

import hmac
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, Protocol

from gis_gov.gateway.jt808.signing_in import Registration

_CODE_BYTES: Final = 10


@dataclass(frozen=True, slots=True)
class Terminal:
    """A terminal that somebody entered.

    Its fixes are those of `device`. `terminal_id` is the id that it has to register with; None is
    any. Without `code_digest` it has not registered yet.
    """

    phone: str
    device: str
    terminal_id: str | None = None
    code_digest: bytes | None = field(default=None, repr=False)


class Terminals(Protocol):
    """Know the terminals by their phone number, which is told without leading zeros."""

    async def find(self, phone: str) -> Terminal | None:
        """Return a terminal, or None if nobody entered it."""
        ...

    async def enrol(self, phone: str, registration: Registration, code_digest: bytes) -> bool:
        """Keep the digest of its new code; say False, and keep nothing, if it may not register.

        From its first registration on the terminal's id is to be kept, too.
        """
        ...

    async def withdraw(self, phone: str) -> None:
        """Forget the code: the terminal has logged out, and has to register anew."""
        ...


def new_code() -> str:
    """Draw a code of 80 random bits, in 20 characters that each terminal can keep."""
    return secrets.token_hex(_CODE_BYTES)


def digest_of(code: str) -> bytes:
    """Return what is kept of a code: it is random, so a plain SHA-256 tells nothing of it."""
    return sha256(code.encode()).digest()


def shows(terminal: Terminal | None, code: str) -> bool:
    """Say whether a code is that of a terminal, in a time that tells nothing of it."""
    return is_of(terminal.code_digest if terminal else None, code)


def is_of(kept: bytes | None, code: str) -> bool:
    """Say whether a digest is that of a code; None, which is of nobody, takes as long."""
    is_same = hmac.compare_digest(digest_of(code), kept or bytes(32))
    return is_same and kept is not None
