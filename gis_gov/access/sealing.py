"""Seal what the database must not hold in plain: ID numbers, phones, second factors.

A sealed value is a format byte, the id of its key, a nonce, and the text under AES-256-GCM, whose
associated data are the context (such as "person.id_number"): a value that was moved to another
column does not open. Beside it stands a digest, HMAC-SHA256 cut to 128 bits, by which equal texts
are found; both keys are derived from one secret key, so that they are rotated together.
"""

import asyncio
import hmac
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

log = structlog.get_logger()

KEY_BYTES: Final = 32
ID_BYTES: Final = 4
DIGEST_BYTES: Final = 16
_FORMAT: Final = b"\x01"
_NONCE_BYTES: Final = 12
_BLOCK_BYTES: Final = 64  # of SHA-256
# Whoever shows values of keys that were never here must not have the file read for each.
REREAD_EVERY_S: Final = 5.0
_HEAD_BYTES: Final = len(_FORMAT) + ID_BYTES


@dataclass(frozen=True, slots=True)
class Key:
    """A secret key, and what is derived of it; `id` tells nothing of it but which one it is."""

    secret: bytes = field(repr=False)
    id: bytes = field(init=False)
    cipher: AESGCM = field(init=False, repr=False, compare=False)
    digesting: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.secret) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes")
        object.__setattr__(self, "id", self._derived(b"id", ID_BYTES))
        object.__setattr__(self, "cipher", AESGCM(self._derived(b"seal", KEY_BYTES)))
        object.__setattr__(self, "digesting", self._derived(b"digest", KEY_BYTES))

    def _derived(self, purpose: bytes, length: int) -> bytes:
        return HKDF(SHA256(), length, salt=None, info=b"gis_gov " + purpose).derive(self.secret)


def new_key() -> Key:
    """Make a key at random."""
    return Key(secrets.token_bytes(KEY_BYTES))


class Sealer:
    """Seals with the first of its keys, and opens what any of them sealed.

    `reread` fetches the keys anew, where a value was sealed by a key that came after the start.
    """

    def __init__(
        self, keys: Sequence[Key], reread: Callable[[], Sequence[Key]] | None = None
    ) -> None:
        self._reread = reread
        self._reread_at = float("-inf")
        self._take(keys)

    @property
    def current(self) -> Key:
        """Return the key that seals."""
        return self._keys[0]

    @property
    def keys(self) -> Sequence[Key]:
        """Return all keys, the one that seals first."""
        return self._keys

    def refresh(self) -> None:
        """Fetch the keys anew."""
        if self._reread is not None:
            self._take(self._reread())

    async def hear(self, _payload: str) -> None:
        """Fetch the keys anew, as the database has others; it is told on a channel."""
        await asyncio.to_thread(self.refresh)

    def seal(self, text: str, context: str) -> bytes:
        """Seal a text; the same text becomes something else each time."""
        return self.seal_many([text], context)[0]

    def open(self, sealed: bytes, context: str) -> str:
        """Return the text that was sealed; for what a client shows, take `open_shown`.

        Raises:
            CannotOpen: the key is not there, or the value is not what was sealed in this context.

        """
        key = self._key_of(sealed)
        body = memoryview(sealed)[_HEAD_BYTES:]
        try:
            text = key.cipher.decrypt(body[:_NONCE_BYTES], body[_NONCE_BYTES:], context.encode())
        except (InvalidTag, ValueError):
            log.warning("sealed value does not open", key=key.id.hex(), context=context)
            raise _cannot_open() from None
        return text.decode()

    async def open_shown(self, sealed: bytes, context: str) -> str:
        """Return the text that was sealed, of what anybody may have made up.

        Raises:
            CannotOpen: as `open`.

        """
        if _has_form(sealed) and key_id(sealed) not in self._by_id:
            await asyncio.to_thread(self._look_for_new)
        if key_id(sealed) not in self._by_id:
            raise _cannot_open()
        return self.open(sealed, context)

    def digest(self, text: str, context: str) -> bytes:
        """Return what stands for a text wherever equal ones are to be found."""
        return _digest(self.current, text, context)

    def digests(self, text: str, context: str) -> list[bytes]:
        """Return the digests by all keys, while some rows still wait for the newest."""
        return [_digest(key, text, context) for key in self._keys]

    def seal_many(self, texts: Sequence[str], context: str) -> list[bytes]:
        """Seal many texts of one context."""
        encrypt, bound = self.current.cipher.encrypt, context.encode()
        head = _FORMAT + self.current.id
        drawn = secrets.token_bytes(_NONCE_BYTES * len(texts))
        nonces = [drawn[at : at + _NONCE_BYTES] for at in range(0, len(drawn), _NONCE_BYTES)]
        return [
            head + nonce + encrypt(nonce, text.encode(), bound)
            for nonce, text in zip(nonces, texts, strict=True)
        ]

    def digest_many(self, texts: Iterable[str | None], context: str) -> list[bytes | None]:
        """Make the digests of many texts of one context; of None, None."""
        # HMAC's two hashes, each begun once: less than half the time of one HMAC after another.
        padded = self.current.digesting.ljust(_BLOCK_BYTES, b"\0")
        inner = sha256(bytes(byte ^ 0x36 for byte in padded) + context.encode() + b"\0")
        outer = sha256(bytes(byte ^ 0x5C for byte in padded))
        made: list[bytes | None] = []
        for text in texts:
            if text is None:
                made.append(None)
                continue
            inside, outside = inner.copy(), outer.copy()
            inside.update(text.encode())
            outside.update(inside.digest())
            made.append(outside.digest()[:DIGEST_BYTES])
        return made

    def _take(self, keys: Sequence[Key]) -> None:
        if not keys:
            raise ValueError("there is no key")
        self._keys = tuple(keys)
        self._by_id = {key.id: key for key in keys}

    def _look_for_new(self) -> None:
        """Fetch the keys anew, unless that was just done; without them, those of before stay."""
        now = time.monotonic()
        if now - self._reread_at < REREAD_EVERY_S:
            return
        self._reread_at = now
        try:
            self.refresh()
        except Exception as error:
            log.warning("keys of sealed data not read anew", error=str(error))

    def _key_of(self, sealed: bytes) -> Key:
        if not _has_form(sealed):
            log.warning("sealed value of an unknown form")
            raise _cannot_open()
        wanted = key_id(sealed)
        if wanted not in self._by_id:
            self._look_for_new()
        if wanted not in self._by_id:
            log.warning("sealed value of a key that is not here", key=wanted.hex())
            raise _cannot_open()
        return self._by_id[wanted]


def key_id(sealed: bytes) -> bytes:
    """Return the id of the key that sealed a value."""
    return bytes(sealed[len(_FORMAT) : _HEAD_BYTES])


def _has_form(sealed: bytes) -> bool:
    return sealed.startswith(_FORMAT) and len(sealed) >= _HEAD_BYTES + _NONCE_BYTES


def _digest(key: Key, text: str, context: str) -> bytes:
    told = f"{context}\0{text}".encode()
    return hmac.digest(key.digesting, told, "sha256")[:DIGEST_BYTES]


def _cannot_open() -> Exception:
    # The loader seals too, and needs nothing of the web, which is slow to import.
    from gis_gov.access.problems import CannotOpen  # noqa: PLC0415

    return CannotOpen()
