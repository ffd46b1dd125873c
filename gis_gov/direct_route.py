"""Routes asked thousands of times a second: what a request must tell is worked out once, not then.

FastAPI finds out for each request anew which values the endpoint and its dependencies take, which
is a third and more of the time of a question that memory answers. A direct route is declared as any
other, documented as any other, and answers as any other (decision 74); it only takes less.
"""

from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from inspect import iscoroutinefunction
from types import NoneType, UnionType
from typing import Any, Final, Literal, TypeVar, get_args, get_origin

from fastapi import APIRouter, Request
from fastapi._compat import ModelField
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.params import Param
from fastapi.routing import APIRoute
from starlette.datastructures import URLPath
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send

from gis_gov.api import check_parameters

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
_SINGLE: Final = (str, int, float, bool, NoneType)
_MISSING: Final = object()


def direct_get(router: APIRouter, path: str, **declared: Any) -> Callable[[Endpoint], Endpoint]:
    """Declare a GET route as `router.get` does, as one that is direct.

    Its endpoint answers a `Response`. It and its dependencies are coroutine functions, end before
    the answer goes out, and take the request, one another and single values of path and query.

    Raises:
        TypeError: they take, or are, anything else.

    """

    def declare(endpoint: Endpoint) -> Endpoint:
        router.add_api_route(
            path, endpoint, methods=["GET"], route_class_override=DirectRoute, **declared
        )
        return endpoint

    return declare


class DirectRoute(APIRoute):
    """A route whose handler runs the steps worked out when it was declared."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        steps = _steps_of(self.dependant)

        async def answer(request: Request) -> Response:
            await check_parameters(request)
            results: list[Any] = []
            errors: list[Any] = []
            for step in steps:
                arguments = step.arguments(request, results, errors)
                results.append(_MISSING if arguments is None else await step.call(**arguments))
            if errors:
                raise RequestValidationError(errors)
            return results[-1]

        return answer


class DirectRoutes(BaseRoute):
    """Direct routes by the first part of their paths, to stand before all routers.

    To ask each router whether it has the route takes time. What is not found here is found there
    as ever, and so are these.
    """

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._by_part: dict[str, list[DirectRoute]] = {}
        for route in routes:
            if isinstance(route, DirectRoute):
                self._by_part.setdefault(_first_part(route.path), []).append(route)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Find the route of a GET, as any other route does."""
        if scope["type"] == "http" and scope["method"] == "GET" and not scope.get("root_path"):
            for route in self._by_part.get(_first_part(scope["path"]), ()):
                match, found = route.matches(scope)
                if match is Match.FULL:
                    return match, found
        return Match.NONE, {}

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """Leave the routes' names to the routers."""
        raise NoMatchFound(name, path_params)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the route that was found answer."""
        await scope["route"].handle(scope, receive, send)


def _first_part(path: str) -> str:
    return path.split("/", 2)[1] if path.startswith("/") else ""


@dataclass(frozen=True, slots=True)
class _Value:
    """One value of the path or the query, and where an error says that it was."""

    name: str
    alias: str
    where: tuple[str, str]
    is_required: bool
    default: object
    validate: Callable[..., tuple[Any, list[Any]]]


@dataclass(frozen=True, slots=True)
class _Step:
    """A dependency, or at last the endpoint, and what it takes; `needs` are earlier steps."""

    call: Callable[..., Coroutine[Any, Any, Any]]
    request_name: str | None
    needs: tuple[tuple[str | None, int], ...]
    of_path: tuple[_Value, ...]
    of_query: tuple[_Value, ...]

    def arguments(
        self, request: Request, results: list[Any], errors: list[Any]
    ) -> dict[str, Any] | None:
        """Return what it is to be called with, None if something is missing or wrong."""
        taken: dict[str, Any] = {}
        is_whole = True
        for name, at in self.needs:
            if results[at] is _MISSING:
                is_whole = False
            elif name is not None:
                taken[name] = results[at]
        before = len(errors)
        if self.of_path:
            _take(self.of_path, request.path_params, taken, errors)
        if self.of_query:
            _take(self.of_query, request.query_params, taken, errors)
        if self.request_name is not None:
            taken[self.request_name] = request
        return taken if is_whole and len(errors) == before else None


def _take(
    values: tuple[_Value, ...], told: Mapping[str, Any], taken: dict[str, Any], errors: list[Any]
) -> None:
    for value in values:
        text = told.get(value.alias)
        if text is None and not value.is_required:
            taken[value.name] = value.default
            continue
        if text is None:
            errors.append(
                {"type": "missing", "loc": value.where, "msg": "Field required", "input": None}
            )
            continue
        taken[value.name], found = value.validate(text, {}, loc=value.where)
        errors.extend(found)


def _steps_of(endpoint: Dependant) -> list[_Step]:
    """Order the endpoint and its dependencies, each once, so that what is needed goes before."""
    steps: list[_Step] = []
    found: dict[object, int] = {}

    def add(dependant: Dependant) -> int:
        if dependant.call in found:
            return found[dependant.call]
        needs = tuple((each.name, add(each)) for each in dependant.dependencies)
        steps.append(_step_of(dependant, needs))
        found[dependant.call] = len(steps) - 1
        return found[dependant.call]

    add(endpoint)
    return steps


def _step_of(dependant: Dependant, needs: tuple[tuple[str | None, int], ...]) -> _Step:
    call = dependant.call
    is_coroutine = iscoroutinefunction(call) or iscoroutinefunction(type(call).__call__)
    others = (
        dependant.header_params,
        dependant.cookie_params,
        dependant.body_params,
        dependant.response_param_name,
        dependant.background_tasks_param_name,
        dependant.security_scopes_param_name,
        dependant.http_connection_param_name,
        dependant.concurrency,
    )
    if call is None or not is_coroutine or not dependant.use_cache or any(others):
        raise TypeError(f"{call!r} is not for a direct route")
    return _Step(
        call,
        dependant.request_param_name,
        needs,
        tuple(_value_of(each) for each in dependant.path_params),
        tuple(_value_of(each) for each in dependant.query_params),
    )


def _value_of(field: ModelField) -> _Value:
    told = field.field_info
    default = None if told.is_required() else told.get_default()
    is_plain = not told.validate_default and isinstance(default, _SINGLE)
    if not is_plain or not _is_single(told.annotation) or not isinstance(told, Param):
        raise TypeError(f"{field.name} is not for a direct route")
    alias = told.alias or field.name
    where = (told.in_.value, alias)
    return _Value(field.name, alias, where, told.is_required(), default, field.validate)


def _is_single(annotation: Any) -> bool:
    """Say whether one text of a request can be a value of the type."""
    if isinstance(annotation, UnionType):
        return all(_is_single(each) for each in get_args(annotation))
    return get_origin(annotation) is Literal or annotation in _SINGLE
