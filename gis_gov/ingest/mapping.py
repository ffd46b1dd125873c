"""Which column of a file is which field of a kind."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from gis_gov.ingest.errors import LoadError
from gis_gov.ingest.header import folded, without_brackets
from gis_gov.ingest.spec import Kind

Columns = tuple[str, ...]
"""The columns that make up a field, in order; mostly one."""

_FILE_KEYS = frozenset(("fields", "set", "values", "crs", "encoding", "layer", "timezone", "kind"))
_JOINED_BY = "+"


@dataclass(frozen=True)
class MappingFile:
    """A mapping file's contents: columns of fields, constants, words, and how to read the file."""

    fields: Mapping[str, Columns] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ColumnMap:
    """What was found: columns by field, constants by field, columns left over, and the dialect."""

    columns: Mapping[str, Columns]
    constants: Mapping[str, str]
    rest: Columns
    dialect: str | None = None


def read_mapping(path: Path) -> MappingFile:
    """Read a mapping file (YAML).

    Raises:
        LoadError: it is not YAML, or has keys that mean nothing.

    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise LoadError(f"{path.name}: no mapping file: {' '.join(str(error).split())}") from error
    if not isinstance(data, dict) or not data.keys() <= _FILE_KEYS:
        unknown = (
            ", ".join(map(str, data.keys() - _FILE_KEYS)) if isinstance(data, dict) else "no keys"
        )
        raise LoadError(
            f"{path.name}: {unknown}: a mapping file has the keys {', '.join(sorted(_FILE_KEYS))}"
        )
    return MappingFile(
        {target: _columns(source) for target, source in (data.get("fields") or {}).items()},
        {name: str(value) for name, value in (data.get("set") or {}).items()},
        {
            name: {folded(str(word)): str(meant) for word, meant in words.items()}
            for name, words in (data.get("values") or {}).items()
        },
        {
            key: str(data[key])
            for key in ("crs", "encoding", "layer", "timezone", "kind")
            if data.get(key) is not None
        },
    )


class Mapper:
    """Finds the columns of a kind's fields: as told, by its publisher's names, by known ones."""

    def __init__(
        self, kind: Kind, told: Mapping[str, Columns], constants: Mapping[str, str]
    ) -> None:
        """Take what the user says; raises LoadError where he names a field that there is not."""
        self._kind = kind
        self._told = told
        self._constants = constants
        for name in (*told, *constants):
            if name not in kind.by_name:
                raise LoadError(
                    f"{name}: {kind.name} have no such field; they have {', '.join(kind.by_name)}"
                )

    def find(self, columns: Sequence[str], left_out: Sequence[str] = ()) -> ColumnMap:
        """Map the columns of a file, no field of `left_out` by its known names.

        Raises:
            LoadError: a column that the user named is missing.

        """
        dialect = _dialect(columns)
        known = (dialect or {}).get("kinds", {}).get(self._kind.name, {})
        constants = {**(dialect or {}).get("set", {}).get(self._kind.name, {}), **self._constants}
        found: dict[str, Columns] = {}
        for target, source in self._told.items():
            found[target] = _resolve(source, columns)
        for target, source in known.items():
            found.setdefault(target, _resolve((source,), columns))
        self._recognise(columns, found, left_out)
        used = {column for chosen in found.values() for column in chosen}
        return ColumnMap(
            {target: chosen for target, chosen in found.items() if chosen},
            constants,
            tuple(column for column in columns if column not in used),
            dialect["name"]
            if dialect and (known or self._kind.name in dialect.get("set", {}))
            else None,
        )

    def _recognise(
        self, columns: Sequence[str], found: dict[str, Columns], left_out: Sequence[str]
    ) -> None:
        """Map what is left by known names: first as they stand, then without their brackets."""
        taken = {column for chosen in found.values() for column in chosen}
        for fold in (folded, without_brackets):
            free: dict[str, str] = {}
            for column in columns:
                if column not in taken:
                    free.setdefault(fold(column), column)
            for each in self._kind.fields:
                if each.name in {*found, *left_out, *self._constants}:
                    continue
                for name in (folded(each.name), *each.aliases):
                    column = free.get(name)
                    if column is not None and column not in taken:
                        found[each.name] = (column,)
                        taken.add(column)
                        break


def told_by(pairs: Iterable[str], what: str) -> dict[str, str]:
    """Read `name=value` options; raises LoadError for one without `=`."""
    told = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise LoadError(f"{what} {pair}: write {what} NAME=VALUE")
        told[name.strip()] = value.strip()
    return told


def _columns(source: object) -> Columns:
    if source is None or source == "":
        return ()
    return tuple(map(str, source)) if isinstance(source, list) else (str(source),)


def _resolve(source: Columns, columns: Sequence[str]) -> Columns:
    """Find the columns that were named: exactly, or but for case and blanks, or joined by +."""
    by_fold = {folded(column): column for column in reversed(columns)}
    chosen = []
    for name in source:
        if not name:
            continue
        parts = [name]
        if folded(name) not in by_fold and name not in columns and _JOINED_BY in name:
            parts = name.split(_JOINED_BY)
        for part in parts:
            column = part if part in columns else by_fold.get(folded(part))
            if column is None:
                raise LoadError(f"no column {part!r}; the file has {', '.join(columns)}")
            chosen.append(column)
    return tuple(chosen)


def _dialect(columns: Sequence[str]) -> dict[str, Any] | None:
    present = set(columns)
    return next((each for each in _dialects() if present.issuperset(each["when"])), None)


@cache
def _dialects() -> list[dict[str, Any]]:
    text = (files("gis_gov.ingest") / "dialects.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)
