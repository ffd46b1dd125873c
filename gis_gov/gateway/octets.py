"""Reading and writing the fields of binary messages: big-endian numbers, GBK texts, BCD digits."""

from gis_gov.gateway.faults import MessageFault

ENCODING = "gbk"


class Octets:
    """Read one field after the other.

    Raises:
        MessageFault: from each method, if fewer bytes are left than it needs.

    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        """Return how many bytes are left."""
        return len(self._data) - self._at

    def take(self, count: int) -> bytes:
        """Read some bytes as they are."""
        if count > self.left:
            raise MessageFault("truncated", f"{count} bytes expected, {self.left} are left")
        start, self._at = self._at, self._at + count
        return self._data[start : self._at]

    def rest(self) -> bytes:
        """Read all that is left."""
        return self.take(self.left)

    def number(self, count: int) -> int:
        """Read an unsigned number of some bytes."""
        return int.from_bytes(self.take(count), "big")

    def text(self, count: int) -> str:
        """Read a text up to its first NUL.

        Raises:
            MessageFault: these are not characters of GBK.

        """
        return text_of(self.take(count))

    def loose_text(self, count: int) -> str:
        """Read a text that names nothing; what is no character of GBK becomes U+FFFD."""
        return _up_to_nul(self.take(min(count, self.left))).decode(ENCODING, "replace").strip()


def text_of(data: bytes) -> str:
    """Decode a GBK text up to its first NUL.

    Raises:
        MessageFault: these are not characters of GBK.

    """
    try:
        return _up_to_nul(data).decode(ENCODING).strip()
    except UnicodeDecodeError:
        raise MessageFault("text", f"{data.hex()} is no text in GBK") from None


def padded(text: str, length: int) -> bytes:
    """Encode a text in GBK, filled up with NUL to a length in bytes.

    Raises:
        MessageFault: it is longer, or has characters that GBK has not.

    """
    data = octets_of(text)
    if len(data) > length:
        raise MessageFault("text", f"{text!r} takes {len(data)} bytes of {length}")
    return data.ljust(length, b"\0")


def octets_of(text: str) -> bytes:
    """Encode a text in GBK.

    Raises:
        MessageFault: it has characters that GBK has not.

    """
    try:
        return text.encode(ENCODING)
    except UnicodeEncodeError:
        raise MessageFault("text", f"{text!r} can't be written in GBK") from None


def digits_of(bcd: bytes) -> str:
    """Decode BCD (8421), two digits a byte.

    Raises:
        MessageFault: a half byte is no digit.

    """
    digits = bcd.hex()
    if not digits.isdecimal():
        raise MessageFault("value", f"{digits} is no BCD number")
    return digits


def bcd_of(digits: str, length: int) -> bytes:
    """Encode digits as BCD of some bytes, with zeros before them.

    Raises:
        MessageFault: they are too many, or no digits.

    """
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 2 * length):
        raise MessageFault("value", f"{digits!r} is no number of up to {2 * length} digits")
    return bytes.fromhex(digits.zfill(2 * length))


def _up_to_nul(data: bytes) -> bytes:
    return data.partition(b"\0")[0]
