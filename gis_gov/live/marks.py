"""The ids of messages: cursors that nobody but our own processes can read, or make up.

A cursor in plain would tell everybody who listens when anything is written anywhere: it moves with
each change, whoever may know of it. So each id is another one, whether the cursor has moved or not.
"""

import base64
import binascii
import secrets
import time
from collections.abc import Callable
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gis_gov.access.sealing import Sealer
from gis_gov.changes.cursor import Cursor

_DAY_S: Final = 86_400
_DAY_BYTES: Final = 4
_NONCE_BYTES: Final = 12
_HEAD_BYTES: Final = _DAY_BYTES + _NONCE_BYTES
# The number of transactions under way is nobody's business, either.
_PADDED_BYTES: Final = 96
_CONTEXT: Final = "live.cursor"
# What is older is not kept in the change log by far.
_DAYS_MAX: Final = 366
_CIPHERS_MAX: Final = 16
LENGTH_MAX: Final = 30_000


class Marks:
    """Write and read ids, with keys of each day that are derived from those of sealed data.

    `clock` tells the time in seconds since 1970.
    """

    def __init__(self, sealer: Sealer, clock: Callable[[], float] = time.time) -> None:
        self._sealer = sealer
        self._clock = clock
        self._ciphers: dict[bytes, AESGCM] = {}

    def write(self, cursor: Cursor) -> str:
        """Return an id for a cursor; it is another one each time."""
        day = self._today().to_bytes(_DAY_BYTES, "big")
        text = str(cursor).encode()
        padded = text.ljust(-(-len(text) // _PADDED_BYTES) * _PADDED_BYTES)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        key = self._sealer.digest(day.hex(), _CONTEXT)
        sealed = self._cipher(key).encrypt(nonce, padded, day)
        return base64.urlsafe_b64encode(day + nonce + sealed).decode().rstrip("=")

    def read(self, mark: str) -> Cursor:
        """Return the cursor of an id, whoever wrote it.

        Raises:
            ValueError: it is none of ours.

        """
        if len(mark) > LENGTH_MAX or not mark.isascii():
            raise ValueError("is no id of ours")
        try:
            raw = base64.b64decode(mark + "=" * (-len(mark) % 4), altchars=b"-_", validate=True)
        except binascii.Error:
            raise ValueError("is no id of ours") from None
        day, nonce, sealed = raw[:_DAY_BYTES], raw[_DAY_BYTES:_HEAD_BYTES], raw[_HEAD_BYTES:]
        if (
            len(sealed) < _PADDED_BYTES
            or abs(int.from_bytes(day, "big") - self._today()) > _DAYS_MAX
        ):
            raise ValueError("is no id of ours")
        for key in self._sealer.digests(day.hex(), _CONTEXT):
            try:
                return Cursor.parse(self._cipher(key).decrypt(nonce, sealed, day).decode().strip())
            except InvalidTag:
                continue
        raise ValueError("is no id of ours")

    def _cipher(self, key: bytes) -> AESGCM:
        cipher = self._ciphers.get(key)
        if cipher is None:
            if len(self._ciphers) >= _CIPHERS_MAX:
                self._ciphers.clear()
            cipher = self._ciphers[key] = AESGCM(key)
        return cipher

    def _today(self) -> int:
        return int(self._clock() // _DAY_S)
