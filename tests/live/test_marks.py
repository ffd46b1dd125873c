"""An id is opened by every process of ours, and tells nobody anything."""

import base64
import time

import pytest

from gis_gov.access.sealing import Sealer, new_key
from gis_gov.changes.cursor import Cursor
from gis_gov.live.marks import LENGTH_MAX, Marks

CURSOR = Cursor("0123456789ab", "5:9:5,7")


def test_it_comes_back_in_another_process() -> None:
    old, new = new_key(), new_key()
    mark = Marks(Sealer([old])).write(CURSOR)
    assert Marks(Sealer([new, old])).read(mark) == CURSOR
    with pytest.raises(ValueError, match="no id"):
        Marks(Sealer([new])).read(mark)


def test_it_is_another_one_each_time_and_of_one_length() -> None:
    marks = Marks(Sealer([new_key()]))
    later = Cursor("0123456789ab", "5000000:9000000:5000000,7000000")
    made = [marks.write(cursor) for cursor in (CURSOR, CURSOR, later)]
    assert len(set(made)) == 3
    assert len({len(each) for each in made}) == 1


def test_it_outlasts_midnight() -> None:
    sealer, now = Sealer([new_key()]), time.time()
    mark = Marks(sealer).write(CURSOR)
    assert Marks(sealer, lambda: now + 86_400).read(mark) == CURSOR
    with pytest.raises(ValueError, match="no id"):
        Marks(sealer, lambda: now + 400 * 86_400).read(mark)


@pytest.mark.parametrize(
    "mark",
    ["", "A", "AAAA", "!" * 200, "A" * (LENGTH_MAX + 1), base64.b64encode(b"\xff" * 200).decode()],
)
def test_what_is_none(mark: str) -> None:
    with pytest.raises(ValueError, match="no id"):
        Marks(Sealer([new_key()])).read(mark)
