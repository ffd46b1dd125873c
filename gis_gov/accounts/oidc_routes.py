"""Sign in with an outside identity provider (OpenID Connect)."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from gis_gov.access.audit import client_of
from gis_gov.access.permit import COOKIE, anyone
from gis_gov.accounts import oidc
from gis_gov.accounts.cookie import FLOW_COOKIE, clear_flow_cookie, set_cookie, set_flow_cookie
from gis_gov.accounts.oidc_page import problem_page, signed_in_page
from gis_gov.accounts.problems import NoOidc, OidcRefused, OidcUnavailable
from gis_gov.accounts.session_schemas import Methods, OidcMethod
from gis_gov.api import AppState
from gis_gov.openapi import problems
from gis_gov.problems import Problem, respond

router = APIRouter(tags=["session"])

TEXT_MAX = 4096
FlowState = Annotated[
    str | None,
    Query(
        max_length=TEXT_MAX,
        description="What the browser was sent with",
        examples=["fY0mQ2ZtD8bWq1rXn4uKc7vJ5sLh3gPaTe6iOxRyMwE"],
    ),
]
Code = Annotated[
    str | None,
    Query(max_length=TEXT_MAX, description="The provider's code, good once", examples=["SplxlOBe"]),
]
Issuer = Annotated[
    str | None,
    Query(
        max_length=TEXT_MAX,
        description="Which provider answers (RFC 9207)",
        examples=["https://id.example/realms/gov"],
    ),
]
Error = Annotated[
    str | None,
    Query(
        max_length=TEXT_MAX,
        description="Why the provider signs nobody in",
        examples=["access_denied"],
    ),
]
_CALLED_BACK = {
    200: {
        "description": "A page that goes on to the map; sets the session's cookie",
        "content": {"text/html": {"example": "<!doctype html>…"}},
    }
}


@router.get("/session/methods", summary="How one can sign in", dependencies=[anyone])
async def read_methods(state: AppState) -> Methods:
    """Answer whether there is an identity provider to sign in with, beside the password."""
    if state.oidc is None:
        return Methods(oidc=None)
    return Methods(oidc=OidcMethod(title=state.settings.oidc_title, url="/session/oidc"))


@router.get(
    "/session/oidc",
    summary="Sign in with the identity provider",
    status_code=303,
    dependencies=[anyone],
    response_class=RedirectResponse,
    responses={303: {"description": "To the identity provider"}}
    | problems(NoOidc, OidcUnavailable),
)
async def begin_oidc(request: Request, state: AppState) -> Response:
    """Send a browser to the identity provider, from which it comes back to the callback.

    A browser is answered a page instead of a problem.
    """
    try:
        url, sealed = await oidc.begin(state, request.cookies.get(COOKIE))
    except Problem as problem:
        return _told(request, problem)
    headers = {"cache-control": "no-store", "referrer-policy": "no-referrer"}
    response = RedirectResponse(url, status_code=303, headers=headers)
    set_flow_cookie(request, response, sealed)
    return response


@router.get(
    "/session/oidc/callback",
    summary="Back from the identity provider",
    dependencies=[anyone],
    response_class=HTMLResponse,
    responses=_CALLED_BACK | problems(OidcRefused, NoOidc, OidcUnavailable),
)
async def finish_oidc(
    request: Request,
    app_state: AppState,
    state: FlowState = None,
    code: Code = None,
    iss: Issuer = None,
    error: Error = None,
) -> Response:
    """Begin a session for whom the identity provider vouches, and go on to the map.

    The session of before ends. The answer is good once, for ten minutes, in the same browser.
    """
    returned = oidc.Returned(
        sealed=request.cookies.get(FLOW_COOKIE),
        state=state,
        code=code,
        issuer=iss,
        error=error,
        client=client_of(request),
    )
    try:
        token = await oidc.finish(app_state, returned)
    except Problem as problem:
        response = _told(request, problem)
    else:
        response = signed_in_page()
        set_cookie(request, response, token)
    clear_flow_cookie(request, response)
    return response


# Providers add parameters of their own, which RFC 6749 tells to ignore.
finish_oidc.ignores_unknown_parameters = True  # type: ignore[attr-defined]


def _told(request: Request, problem: Problem) -> Response:
    request.state.problem = problem  # known to the audit
    if "text/html" in request.headers.get("accept", ""):
        return problem_page(problem)
    return respond(problem, getattr(problem, "headers", None))
