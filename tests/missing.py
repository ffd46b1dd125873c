"""A part that is missing here: its tests are skipped, unless all parts are said to be there."""

import os
from typing import NoReturn

import pytest

ALL = "GIS_GOV_TEST_ALL"


def skip_without(what: str) -> NoReturn:
    """Skip a test whose part is missing, and say why; fail where no part may be missing."""
    if os.environ.get(ALL) == "1":
        pytest.fail(f"{what} ({ALL}=1 allows no part to be missing)")
    pytest.skip(what)
