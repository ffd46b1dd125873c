"""A page as a reader of it sees it: its text, its links, and whether its elements are closed."""

from html.parser import HTMLParser

VOID = {"meta", "link", "br", "hr", "img", "input"}


class Page(HTMLParser):
    """A page that was read; `text` is that of its body."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.doctype = ""
        self.links: list[str] = []
        self.scripts: list[dict[str, str | None]] = []
        self.attributes: set[str] = set()
        self.title = ""
        self._open: list[str] = []
        self._text: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open, f"not closed: {self._open}"

    @property
    def text(self) -> str:
        return " ".join(" ".join(self._text).split())

    def handle_decl(self, decl: str) -> None:
        self.doctype = decl.lower()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.attributes |= told.keys()
        if tag not in VOID:
            self._open.append(tag)
        if tag == "a":
            self.links.append(told["href"] or "")
        if tag == "script":
            self.scripts.append(told)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self._open.pop() == tag, tag

    def handle_data(self, data: str) -> None:
        if self._open[-1:] == ["title"]:
            self.title += data
        elif "body" in self._open:
            assert "script" not in self._open or not data.strip()
            self._text.append(data)
