"""A definition by OpenAPI 3.1 as one by OpenAPI 3.0, which fewer words of JSON Schema."""

from typing import Any, Final

VERSION: Final = "3.0.3"
_BOUNDS: Final = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}
_UNKNOWN: Final = frozenset({"$schema", "$id", "propertyNames", "contentMediaType", "prefixItems"})


def downgraded(document: dict[str, Any]) -> dict[str, Any]:
    """Tell a document of OpenAPI 3.1 by OpenAPI 3.0."""
    made = _told(document)
    info = {name: value for name, value in made["info"].items() if name != "summary"}
    return {**made, "openapi": VERSION, "info": info}


def _told(node: Any, *, named: bool = False) -> Any:
    """Rewrite a node; the members of a `named` one are names of the API's own, and no keywords."""
    if isinstance(node, list):
        return [_told(each) for each in node]
    if not isinstance(node, dict):
        return node
    made: dict[str, Any] = {}
    for name, value in node.items():
        if named:
            made[name] = _told(value)
        elif name in {"example", "enum", "default"}:
            made[name] = value
        elif name == "examples" and isinstance(value, list):
            made["example"] = value[0]
        elif name not in _UNKNOWN:
            made[name] = _told(value, named=name in {"properties", "schemas", "paths"})
    return made if named else _schema(made)


def _schema(made: dict[str, Any]) -> dict[str, Any]:
    if "const" in made:
        made["enum"] = [made.pop("const")]
    for strict, bound in _BOUNDS.items():
        if isinstance(made.get(strict), int | float) and not isinstance(made[strict], bool):
            made[bound], made[strict] = made[strict], True
    if isinstance(made.get("type"), list):
        kinds = [kind for kind in made.pop("type") if kind != "null"]
        made["nullable"] = True
        made["type"] = kinds[0]
    options = made.get("anyOf")
    if isinstance(options, list) and {"type": "null"} in options:
        rest = [each for each in options if each != {"type": "null"}]
        made["nullable"] = True
        del made["anyOf"]
        if len(rest) == 1 and "$ref" not in rest[0]:
            made.update(rest[0])
        elif len(rest) == 1:
            made["allOf"] = rest
        else:
            made["anyOf"] = rest
    if made.get("type") == "array":
        made.setdefault("items", {})
    return made
