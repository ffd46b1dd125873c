"""What a filter does wrong only when it is evaluated on the rows."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from psycopg import errors

from gis_gov.cql.problems import InvalidFilter

_FAULTS: Final = (
    errors.NumericValueOutOfRange,
    errors.InvalidArgumentForPowerFunction,
    errors.InvalidEscapeSequence,
)


@contextmanager
def filter_faults() -> Generator[None]:
    """Tell what a filter does wrong on the rows, or is too deep for, as what it is."""
    try:
        yield
    except _FAULTS:
        raise InvalidFilter("calculates what has no value") from None
    except RecursionError:
        raise InvalidFilter("is nested too deep") from None
