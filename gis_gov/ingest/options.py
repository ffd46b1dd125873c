"""What a user may say about a load."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gis_gov.geo.datum import Datum, DatumError
from gis_gov.ingest.errors import LoadError
from gis_gov.ingest.mapping import Columns, MappingFile, read_mapping, told_by

LOCAL_ZONE = "Asia/Shanghai"


@dataclass(frozen=True)
class LoadOptions:
    """How files are read and rows are judged; every field has the default that mostly fits.

    `datum` is what the user declares; it stands above what a file says. `rejects` is the file for
    rejected rows; without one, none is written. `chunk_rows` bounds nothing but memory.
    """

    datum: Datum | None = None
    encoding: str | None = None
    layer: str | None = None
    columns: Mapping[str, Columns] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo(LOCAL_ZONE))
    allow_gaps: bool = False
    dry_run: bool = False
    rejects: Path | None = None

    @classmethod
    def told(  # noqa: PLR0913 - the options of the command, by keyword
        cls,
        *,
        crs: str | None = None,
        encoding: str | None = None,
        layer: str | None = None,
        mapping: Path | None = None,
        maps: tuple[str, ...] = (),
        sets: tuple[str, ...] = (),
        timezone: str | None = None,
        allow_gaps: bool = False,
        dry_run: bool = False,
        rejects: Path | None = None,
    ) -> Self:
        """Read options as they are written on the command line; these stand above a mapping file.

        Raises:
            LoadError: one of them means nothing.

        """
        file = read_mapping(mapping) if mapping else MappingFile()
        crs = crs or file.options.get("crs")
        try:
            datum = Datum.parse(crs) if crs else None
        except DatumError as error:
            raise LoadError(f"--crs {crs}: {error}") from error
        told = {
            name: (column,) if column else () for name, column in told_by(maps, "--map").items()
        }
        return cls(
            datum=datum,
            encoding=encoding or file.options.get("encoding"),
            layer=layer or file.options.get("layer"),
            columns={**file.fields, **told},
            constants={**file.constants, **told_by(sets, "--set")},
            words=file.values,
            zone=_zone(timezone or file.options.get("timezone") or LOCAL_ZONE),
            allow_gaps=allow_gaps,
            dry_run=dry_run,
            rejects=rejects,
        )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise LoadError(f"--timezone {name}: no such zone; such as Asia/Shanghai") from error
