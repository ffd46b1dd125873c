"""How JT/T 809 hides messages: bytes XOR a sequence that a key begins (JT/T 809-2011 §4.6).

It is told here for platforms that insist on it. It protects from nobody who sees some messages;
what does is a private line or TLS around the connection.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Cipher:
    """The three numbers that the two platforms have agreed on."""

    m1: int = field(repr=False)
    ia1: int = field(repr=False)
    ic1: int = field(repr=False)

    def apply(self, data: bytes, key: int) -> bytes:
        """Hide or open the body of a message; the key is in its header."""
        modulus = self.m1 or 1
        state = key or 1
        out = bytearray(data)
        for at, byte in enumerate(data):
            state = (self.ia1 * (state % modulus) + self.ic1) & 0xFFFF_FFFF
            out[at] = byte ^ (state >> 20 & 0xFF)
        return bytes(out)
