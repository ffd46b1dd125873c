"""What a sample holds: its files in the order of loading, figures, seed."""

from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from gis_gov.sample.codes import PHONE_PREFIX, PROVINCE_CODE
from gis_gov.sample.rhythms import AS_OF
from gis_gov.sample.writer import CRS, FileEntry

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """What a sample holds."""

    size: str
    seed: int
    crs: str
    """CRS of all coordinates; x is longitude."""
    as_of: str
    """The moment at which the states of events are true."""
    files: tuple[FileEntry, ...]
    """In the order in which they load."""
    counts: dict[str, int]
    """Rows of each kind."""
    licence: str = "CC0-1.0"
    note: str = (
        f"Everything is invented. Area codes and ID numbers begin with {PROVINCE_CODE}, phone "
        f"numbers with {PHONE_PREFIX}: ranges that have never been assigned."
    )


def make_manifest(size: str, seed: int, files: list[FileEntry]) -> Manifest:
    """Describe the written files."""
    counts: Counter[str] = Counter()
    for entry in files:
        counts[entry.kind] += entry.rows
    return Manifest(size, seed, CRS, f"{AS_OF}+08:00", tuple(files), dict(counts))


def write_manifest(manifest: Manifest, folder: Path) -> None:
    """Write `manifest.json` into a folder."""
    text = orjson.dumps(asdict(manifest), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    (folder / MANIFEST).write_bytes(text)


def read_manifest(folder: Path) -> Manifest:
    """Read a sample's `manifest.json`.

    Raises:
        FileNotFoundError: the folder holds no sample.

    """
    value = orjson.loads((folder / MANIFEST).read_bytes())
    return Manifest(**{**value, "files": tuple(FileEntry(**entry) for entry in value["files"])})
