"""Read XML whose records are a repeated element, streaming."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, XMLParser, XMLPullParser

from gis_gov.ingest.encoding import detect_encoding
from gis_gov.ingest.errors import LoadError
from gis_gov.ingest.sources.batch import Batch, FileSource, ReadOptions, position
from gis_gov.ingest.sources.records import record_batches

_CHUNK = 1 << 20
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_LOOKED_AT_ELEMENTS = 100_000
_LOOKED_AT_RECORDS = 10_000


class Xml(FileSource):
    """An XML document. Its records are the outermost elements that repeat.

    `--layer` names another element. Attributes, children and theirs are columns, each by its own
    name, or, where two have the same, as child/grandchild. What repeats within a record is one
    value, with semicolons between. Rows are numbered by record, from 1.
    """

    def __init__(self, path: Path, options: ReadOptions) -> None:
        super().__init__(path, options, format="XML")
        self.encoding = options.encoding or self._declared() or detect_encoding(path)
        self._record = options.layer or self._repeated()
        self._names = self._short_names()

    def batches(self) -> Iterator[Batch]:
        """Read the records; raises LoadError where the document is cut off or broken."""
        yield from record_batches(
            {self._names.get(path, path): value for path, value in record.items()}
            for record in self._records()
        )

    def _records(self) -> Iterator[dict[str, str]]:
        depth_in_record = 0
        stack: list[Element] = []
        for event, element in self._events():
            inside = depth_in_record > 0
            if event == "start":
                stack.append(element)
                if inside or _name(element) == self._record:
                    depth_in_record += 1
                continue
            stack.pop()
            if inside:
                depth_in_record -= 1
            if depth_in_record == 0:
                if inside:
                    yield _record(element)
                if stack:
                    stack[-1].remove(element)

    def _events(self) -> Iterator[tuple[str, Element]]:
        # Expat reads few encodings, so it is given UTF-8; it limits the growth of entities itself.
        parser = XMLPullParser(("start", "end"), _parser=XMLParser(encoding="utf-8"))  # noqa: S314
        size = max(self.path.stat().st_size, 1)
        try:
            with self.path.open(encoding=self.encoding) as file:
                while text := file.read(_CHUNK):
                    parser.feed(text.encode())
                    self._done = position(file) / size
                    yield from parser.read_events()  # type: ignore[misc]
            parser.close()
            yield from parser.read_events()  # type: ignore[misc]
        except (ParseError, UnicodeDecodeError, LookupError) as error:
            what = "cut off in the middle" if "no element found" in str(error) else "broken XML"
            raise LoadError(f"{self.path.name}: {what}: {error}") from error

    def _declared(self) -> str | None:
        with self.path.open("rb") as file:
            match = _DECLARED.match(file.read(200).removeprefix(b"\xef\xbb\xbf"))
        name = match[1].decode().lower() if match else None
        # GB2312 and GBK are parts of GB18030, and often named where the text has more.
        return "gb18030" if name in {"gb2312", "gbk", "cp936"} else name

    def _short_names(self) -> dict[str, str]:
        """Find the columns that need not be named by their whole path."""
        some = islice(self._records(), _LOOKED_AT_RECORDS)
        paths = dict.fromkeys(path for record in some for path in record)
        ends = {path: path.rpartition("/")[2] for path in paths}
        counts = Counter(ends.values())
        return {path: end for path, end in ends.items() if counts[end] == 1}

    def _repeated(self) -> str:
        """Name the outermost element with content that repeats under one parent."""
        counts: Counter[tuple[str, ...]] = Counter()
        path: list[str] = []
        full: set[tuple[str, ...]] = set()
        for event, element in self._events():
            if event == "start":
                path.append(_name(element))
                counts[tuple(path)] += 1
                if len(path) > 1:
                    full.add(tuple(path[:-1]))
                if element.attrib:
                    full.add(tuple(path))
            else:
                path.pop()
            if counts.total() > _LOOKED_AT_ELEMENTS:
                break
        candidates = [found for found in counts if len(found) > 1 and found in full]
        candidates = [found for found in candidates if counts[found] > 1] or candidates
        if not candidates:
            raise LoadError(f"{self.path.name}: no repeated element; name it with --layer")
        # The outermost one: what repeats within it is part of a record.
        return min(candidates, key=lambda found: (len(found), -counts[found]))[-1]


def _record(element: Element) -> dict[str, str]:
    values: dict[str, str] = {}
    own = (element.text or "").strip()
    for path, value in (*_flat(element), *([(_name(element), own)] if own else [])):
        values[path] = f"{values[path]};{value}" if path in values else value
    return values


def _flat(element: Element, prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in element.attrib.items():
        yield prefix + name.rpartition("}")[2], value
    for child in element:
        text = (child.text or "").strip()
        if text:
            yield prefix + _name(child), text
        yield from _flat(child, f"{prefix}{_name(child)}/")


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]
