"""Names that columns of any kind are known by."""

from gis_gov.ingest.header import folded, without_brackets
from gis_gov.ingest.kinds import KINDS

_KNOWN = frozenset(
    name
    for kind in KINDS.values()
    for each in kind.fields
    for name in (folded(each.name), *each.aliases)
)


def is_known(name: str) -> bool:
    """Tell whether a column's name is that of a field of any kind."""
    return folded(name) in _KNOWN or without_brackets(name) in _KNOWN
