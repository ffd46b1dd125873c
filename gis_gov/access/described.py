"""What the OpenAPI document says of who may use each route, and how they are refused."""

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from gis_gov.access.permit import (
    COOKIE,
    CSRF_HEADER,
    SAFE_METHODS,
    Requires,
    calls,
    is_open,
)
from gis_gov.access.problems import (
    ForgedRequest,
    NotAllowed,
    PasswordChangeNeeded,
    SignInNeeded,
)
from gis_gov.openapi import problems
from gis_gov.problems import Problem

SCHEMES = {
    "key": {
        "type": "http",
        "scheme": "bearer",
        "description": "A machine's key, as `gis-gov key create` or `POST /keys` makes it",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "A browser's session, as `POST /session` begins it",
    },
    "page": {
        "type": "apiKey",
        "in": "header",
        "name": CSRF_HEADER,
        "description": "Goes with each write by session, and with no read: `csrf_token` of"
        " `GET /session`",
    },
}


def install(app: FastAPI, routers: Iterable[APIRouter]) -> None:
    """Add to the document of `app` what each route needs, and its 401 and 403."""
    made = app.openapi
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]

    def openapi() -> dict[str, Any]:
        document = made()
        document["components"]["securitySchemes"] = SCHEMES
        for route in routes:
            for method in route.methods or ():
                operation = document["paths"].get(route.path_format, {}).get(method.lower())
                if operation is not None:
                    _describe(operation, route, method)
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def _describe(operation: dict[str, Any], route: APIRoute, method: str) -> None:
    if is_open(route):
        operation["security"] = []
        return
    session: dict[str, list[str]] = {"session": []}
    if method not in SAFE_METHODS:
        session["page"] = []
    operation["security"] = [{"key": []}, session]
    told = operation["responses"]
    for status, said in problems(*_refusals(route, method)).items():
        answer = told.setdefault(str(status), {**said, "description": ""})
        kept = [each for each in answer["description"].split("; ") if each]
        added = [each for each in said["description"].split("; ") if each not in kept]
        answer["description"] = "; ".join([*added, *kept])


def _refusals(route: APIRoute, method: str) -> list[type[Problem]]:
    needs = [call for call in calls(route) if isinstance(call, Requires)]
    kinds: list[type[Problem]] = [SignInNeeded]
    if any(each.rights for each in needs) or not needs:
        kinds.append(NotAllowed)
    if any(each.new_password for each in needs):
        kinds.append(PasswordChangeNeeded)
    if method not in SAFE_METHODS:
        kinds.append(ForgedRequest)
    return kinds
