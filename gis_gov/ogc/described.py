"""What the OpenAPI document says of the parameters of collections, as the standard has it."""

from typing import Any, Final

from fastapi import FastAPI

_ITEMS: Final = "/collections/{collection}/items"
_SELECTED: Final = (
    "/tiles/{tileMatrixSetId}",
    "/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
)
_BOX: Final[dict[str, Any]] = {
    "type": "array",
    "items": {"type": "number"},
    "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
}
_NAMES: Final[dict[str, Any]] = {"type": "array", "items": {"type": "string"}}
# Every collection has a code.
_LISTS: Final = {
    "bbox": (_BOX, [113.2, 22.8, 113.4, 23]),
    "properties": (_NAMES, ["code"]),
    "sortby": (_NAMES, ["-code"]),
}


def install(app: FastAPI) -> None:
    """Add to the document of `app` that these parameters are lists with commas between."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        document = made()
        for parameter in document["paths"][_ITEMS]["get"]["parameters"]:
            if parameter["name"] in _LISTS:
                schema, example = _LISTS[parameter["name"]]
                parameter.update(schema=schema, example=example)
            if parameter["in"] == "query":
                parameter.update(style="form", explode=False)
        for path in _SELECTED:
            for parameter in document["paths"][path]["get"]["parameters"]:
                if parameter["name"] == "collections":
                    listed = {"schema": _NAMES, "example": ["grids", "events"]}
                    parameter.update(listed, style="form", explode=False)
        return document

    app.openapi = openapi  # type: ignore[method-assign]
