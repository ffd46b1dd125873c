"""Find the encoding of a text file, and whether its last character is whole."""

import codecs
from collections.abc import Iterable, Iterator
from pathlib import Path

from charset_normalizer import from_bytes

from gis_gov.ingest.errors import LoadError

_CHUNK = 1 << 20
_SAMPLE_BYTES = 1 << 18
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Lead bytes of the frequent characters (level 1) of each set; real text is nearly all of these.
_COMMON_LEADS = {"gb18030": (0xB0, 0xD7), "big5hkscs": (0xA4, 0xC6)}
_COMMON_SHARE = 0.7
_TRUST_IN_A_GUESS = 0.5


def detect_encoding(path: Path) -> str:
    """Name the encoding of a text file: a BOM's, UTF-8, GB18030, Big5, or the likeliest other.

    Raises:
        LoadError: no encoding fits, or the file ends within a character.

    """
    with path.open("rb") as file:
        start = file.read(4)
    for bom, name in _BOMS:
        if start.startswith(bom):
            return name
    fault = _utf8_fault(_chunks(path))
    if fault is None:
        return "utf-8"
    if fault == path.stat().st_size:
        raise LoadError(f"{path.name}: cut off in the middle of a character at its end")
    guess = guess_encoding(_chunks(path))
    if guess is None:
        raise LoadError(
            f"{path.name}: not UTF-8 at byte {fault + 1}, and no other encoding fits; "
            "name it with --encoding (gb18030, big5hkscs, latin-1, …)"
        )
    return guess


def guess_encoding(chunks: Iterable[bytes]) -> str | None:
    """Name the encoding of text that is not UTF-8, or None where nothing fits well."""
    sample = _foreign_sample(chunks)
    shares = {name: _common_share(sample, name) for name in _COMMON_LEADS}
    best = max(shares, key=shares.__getitem__)
    if shares[best] >= _COMMON_SHARE:
        return best
    match = from_bytes(sample).best()
    if match is None or match.chaos > _TRUST_IN_A_GUESS:
        return None
    return match.encoding


def is_utf8(chunks: Iterable[bytes]) -> bool:
    """Tell whether the bytes are whole, valid UTF-8."""
    return _utf8_fault(chunks) is None


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _utf8_fault(chunks: Iterable[bytes]) -> int | None:
    """Return where UTF-8 ends to be valid: the length, if only the last character is cut."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    done = 0
    for chunk in chunks:
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            return max(done + error.start - len(error.object) + len(chunk), 0)
        done += len(chunk)
    return done if decoder.getstate()[0] else None


def _foreign_sample(chunks: Iterable[bytes]) -> bytes:
    """Gather lines that are not plain ASCII; these tell the encoding."""
    gathered, size, rest = [], 0, b""
    for chunk in chunks:
        lines = (rest + chunk).split(b"\n")
        rest = lines.pop()
        for line in lines:
            if not line.isascii():
                gathered.append(line)
                size += len(line)
        if size > _SAMPLE_BYTES:
            return b"\n".join(gathered)
    if not rest.isascii():
        gathered.append(rest)
    return b"\n".join(gathered)


def _common_share(sample: bytes, encoding: str) -> float:
    """Return the share of frequent characters among all double-byte ones; 0 if it can't be read."""
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError as error:
        if error.end < len(sample):
            return 0.0
        text = sample[: error.start].decode(encoding)
    low, high = _COMMON_LEADS[encoding]
    hanzi = [character for character in text if "\u3400" <= character <= "\u9fff"]
    foreign = sum(1 for character in text if character > "\x7f")
    if not hanzi:
        return 0.0
    common = sum(low <= character.encode(encoding)[0] <= high for character in hanzi)
    # Punctuation of the set itself (，。（ and the like) is neither for nor against.
    punctuation = sum(1 for c in text if "\u3000" <= c <= "\u303f" or "\uff00" <= c <= "\uffef")
    return common / max(foreign - punctuation, 1)
