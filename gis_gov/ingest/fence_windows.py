"""When fences count: windows as JSON, or one in columns of its weekdays and its two times."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, cast

import numpy as np
import orjson
import pyarrow as pa
from pydantic import TypeAdapter, ValidationError

from gis_gov.fences.fence_schemas import FenceSent, Window
from gis_gov.ingest.frame import Frame

_COLUMNS: Final = ("weekdays", "from", "to")
_WINDOWS: Final[TypeAdapter[list[Window] | None]] = TypeAdapter(
    cast("Any", FenceSent.model_fields["windows"].annotation)
)
_MINUTE_US: Final = 60_000_000
_EVERY_DAY: Final = frozenset(("每天", "每日", "天天", "daily"))
_DAYS: Final = str.maketrans("一二三四五六日天", "12345677")
_PREFIX: Final = re.compile(r"周|星期|礼拜")
_SPACES: Final = re.compile(r"[\s{}\[\]\"',，;；、|和及]+")
_SPAN: Final = re.compile(r"([1-7])(?:[-~—–至到]+([1-7]))?")

Told = tuple[str | None, str | None, int | None, int | None]


class _BadWindow(ValueError):
    """Windows that can't be; `field` says where."""

    def __init__(self, field: str, told: str) -> None:
        super().__init__(told)
        self.field = field


def put_windows(frame: Frame) -> None:
    """Put the windows of the rows in, if the file has any; refuse rows where they can't be."""
    if not {"windows", *_COLUMNS} & frame.values.keys():
        return
    made: list[str | None] = []
    faulty = frame.faults.mask
    for at, told in enumerate(_told(frame)):
        text = None
        if not faulty[at]:
            try:
                text = _text(told)
            except _BadWindow as error:
                where = np.arange(len(frame)) == at
                frame.faults.add(where, f"bad_{error.field}", str(error))
        made.append(text)
    for name in _COLUMNS:
        frame.values.pop(name, None)
    frame.set("windows", pa.array(made, pa.string()))
    frame.given.add("windows")


def _told(frame: Frame) -> Sequence[Told]:
    columns = (frame.array(name).to_pylist() for name in ("windows", *_COLUMNS))
    return list(zip(*columns, strict=True))


@lru_cache(maxsize=10_000)
def _text(told: Told) -> str | None:
    """Write the windows of a row as JSON, as the API would store them."""
    windows, weekdays, begins, ends = told
    if windows is not None:
        if told[1:] != (None, None, None):
            raise _BadWindow("windows", "windows, and weekdays, from and to: leave one of them out")
        return _checked(_read(windows))
    given = {"weekdays": weekdays, "from": begins, "to": ends}
    missing = [name for name, value in given.items() if value is None]
    if len(missing) == len(given):
        return None
    if missing or weekdays is None or begins is None or ends is None:
        raise _BadWindow(
            "windows", f"weekdays, from and to go together: {' and '.join(missing)} not told"
        )
    window = {
        "weekdays": _weekdays(weekdays),
        "from": _clock("from", begins),
        "to": _clock("to", ends),
    }
    return _checked([window])


def _read(text: str) -> Any:
    try:
        read = orjson.loads(text)
        # In a column with lists, a text is JSON in JSON.
        return orjson.loads(read) if isinstance(read, str) else read
    except orjson.JSONDecodeError as error:
        raise _BadWindow("windows", f"windows: no JSON: {error}") from None


def _checked(windows: Any) -> str | None:
    try:
        read = _WINDOWS.validate_python(windows)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        at = ".".join(map(str, ("windows", *first["loc"])))
        raise _BadWindow("windows", f"{at}: {first['msg']}") from None
    if read is None:
        return None
    return orjson.dumps([each.model_dump(by_alias=True) for each in read]).decode()


def _weekdays(text: str) -> list[int]:
    """Read weekdays: 1 2 3, 1-5, 12345, 周一至周五, 每天; each once, in their order."""
    bare = _SPACES.sub("", text)
    if bare.casefold() in _EVERY_DAY:
        return list(range(1, 8))
    plain = _PREFIX.sub("", bare).translate(_DAYS)
    spans = list(_SPAN.finditer(plain))
    days: set[int] = set()
    for first, last in (span.groups() for span in spans):
        days.update(range(int(first), int(last or first) + 1))
    if not days or "".join(span[0] for span in spans) != plain:
        told = text.strip('{}"')
        raise _BadWindow("weekdays", f"weekdays: {told!r}: write 1 (Monday) to 7, such as 1 2 3")
    return sorted(days)


def _clock(field: str, us: int) -> str:
    minutes, rest = divmod(us, _MINUTE_US)
    if rest:
        raise _BadWindow(field, f"{field}: write whole minutes, such as 08:00")
    return f"{minutes // 60:02}:{minutes % 60:02}"
