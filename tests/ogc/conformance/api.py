"""The API under test, as a client of the standards asks it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import cql2
import httpx

Language = Literal["cql2-text", "cql2-json"]
LANGUAGES: tuple[Language, ...] = ("cql2-text", "cql2-json")
GEOJSON, JSON, HTML = "application/geo+json", "application/json", "text/html"
REL = "http://www.opengis.net/def/rel/ogc/1.0/"


@dataclass(frozen=True)
class Api:
    """A served API; `key` may read everything."""

    client: httpx.Client
    database_url: str
    key: str
    kept: dict[str, Any] = field(default_factory=dict)

    @property
    def root(self) -> str:
        return str(self.client.base_url).rstrip("/")

    def get(self, path: str, accept: str = JSON, **asked: Any) -> httpx.Response:
        """Ask for a path or a whole address; `bbox_crs` is written `bbox-crs`."""
        params = {name.replace("_crs", "-crs"): value for name, value in asked.items()}
        # An address with a query keeps it.
        return self.client.get(path, params=params or None, headers={"accept": accept})

    def told(self, path: str, accept: str = JSON, **asked: Any) -> Any:
        """Return what is answered, which has to be a success."""
        answer = self.get(path, accept, **asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def collections(self) -> list[dict[str, Any]]:
        """Return the collections that the API offers."""
        told = self.kept.get("collections") or self.told("/collections")["collections"]
        return self.kept.setdefault("collections", told)

    def collection(self, name: str) -> dict[str, Any]:
        """Return the document of one collection."""
        return self.told(f"/collections/{name}")

    def queryables(self, name: str) -> dict[str, dict[str, Any]]:
        """Return the queryables of a collection, by name."""
        path = f"/collections/{name}/queryables"
        told = self.kept.get(path) or self.told(path, "application/schema+json")["properties"]
        return self.kept.setdefault(path, told)

    def pages(self, name: str, **asked: Any) -> Iterator[dict[str, Any]]:
        """Follow the pages of a collection's items."""
        page = self.told(f"/collections/{name}/items", GEOJSON, **asked)
        while True:
            yield page
            following = [link["href"] for link in page["links"] if link["rel"] == "next"]
            if not following:
                return
            page = self.told(following[0], GEOJSON)

    def features(self, name: str, **asked: Any) -> list[dict[str, Any]]:
        """Return all features of a collection that fit."""
        return [
            feature
            for page in self.pages(name, **{"limit": 1000, **asked})
            for feature in page["features"]
        ]

    def filtered(
        self, name: str, text: str, language: Language, **asked: int | bool
    ) -> httpx.Response:
        """Filter a collection by CQL2 text, or by the JSON that another parser makes of it."""
        written = text if language == "cql2-text" else json.dumps(cql2.parse_text(text).to_json())
        return self.client.get(
            f"/collections/{name}/items",
            params={"filter": written, "filter-lang": language, **asked},
        )

    def found(self, name: str, text: str, language: Language = "cql2-text") -> frozenset[str]:
        """Return the ids of the features, at most a thousand, for which a filter holds.

        Several classes combine the same filters; what one finds is asked once.
        """
        asked = f"{name}?filter={text}&filter-lang={language}"
        if asked not in self.kept:
            answer = self.filtered(name, text, language, limit=1000, skipGeometry=True)
            assert answer.status_code == 200, (name, text, answer.text)
            self.kept[asked] = frozenset(feature["id"] for feature in answer.json()["features"])
        return self.kept[asked]

    def count(self, name: str, text: str, language: Language = "cql2-text") -> int:
        """Return for how many features a filter holds."""
        answer = self.filtered(name, text, language, limit=1)
        assert answer.status_code == 200, (name, text, answer.text)
        return answer.json()["numberMatched"]


def rels(document: dict[str, Any], rel: str) -> list[dict[str, Any]]:
    """Return the links of a relation."""
    return [link for link in document["links"] if link["rel"] == rel]
