"""The secrets that clients show: sessions of browsers, keys of machines."""

import secrets
from hashlib import sha256
from typing import Literal, NamedTuple

KEY_PREFIX = "gg_"
"""So that a key found in a file or log can be told to be one."""


class Shown(NamedTuple):
    """A token by its hash, and as what it was shown: a session is no key, and a key no session."""

    kind: Literal["key", "session"]
    hash: bytes


def new_session_token() -> str:
    """Make the token of a session, 256 bits at random."""
    return secrets.token_urlsafe(32)


def new_key_token() -> str:
    """Make a key, 256 bits at random."""
    return KEY_PREFIX + secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """Return what is stored of a token; 256 random bits need no slow hash."""
    return sha256(token.encode()).digest()


def csrf_token(session_token: str) -> str:
    """Return what our page sends along with a write; it can't be made without the session's token.

    It needs no storage, and is worth nothing to whoever has not the cookie as well.
    """
    return sha256(b"csrf:" + session_token.encode()).hexdigest()
