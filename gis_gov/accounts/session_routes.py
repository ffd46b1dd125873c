"""Sign in and out, and what everybody does with their own account."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Body, Request, Response

from gis_gov.access.actor import Actor
from gis_gov.access.audit import client_of
from gis_gov.access.permit import COOKIE, SignedIn, anyone, may
from gis_gov.access.problems import (
    ForgedRequest,
    NotAllowed,
    SignInNeeded,
    WeakPassword,
)
from gis_gov.access.tokens import csrf_token
from gis_gov.accounts import grant_queries, own_account, sign_in_queries
from gis_gov.accounts.by import By
from gis_gov.accounts.cookie import clear_cookie, set_cookie
from gis_gov.accounts.problems import (
    CodeNeeded,
    NoSecondFactor,
    SecondFactorSet,
    SignInRefused,
    WrongCode,
    WrongPassword,
)
from gis_gov.accounts.session_schemas import (
    CodeBody,
    NewPassword,
    OfferedFactor,
    OwnRole,
    OwnWorker,
    PasswordBody,
    SessionOut,
    SignInBody,
)
from gis_gov.accounts.sign_in import Credentials, sign_in, sign_out
from gis_gov.api import AppState
from gis_gov.db.scope import NOTHING
from gis_gov.openapi import problems
from gis_gov.state import State

router = APIRouter(tags=["session"])

OWN = may(new_password=False)


def by_request(request: Request, actor: Actor) -> By:
    """Return who asks, for the rules of administration and for the audit."""
    return By(actor.name, client_of(request), actor)


@router.post(
    "/session",
    summary="Sign in",
    dependencies=[anyone],
    responses=problems(SignInRefused, CodeNeeded),
)
async def create_session(
    request: Request, response: Response, state: AppState, body: Annotated[SignInBody, Body()]
) -> SessionOut:
    """Begin a session by name and password, and the code of a second factor if there is one.

    The answer sets the cookie `gis_gov_session`; the session of a cookie that came along ends.
    Whatever is wrong, the answer is the same; five failures in a row lock the account for a while.
    """
    credentials = Credentials(
        name=body.name,
        password=body.password.get_secret_value(),
        code=body.totp,
        client=client_of(request),
        old_token=request.cookies.get(COOKIE),
    )
    token = await sign_in(state, credentials)
    actor = await state.actors.of_session(token)
    if actor is None:
        raise SignInRefused
    set_cookie(request, response, token)
    response.headers["cache-control"] = "no-store"
    return await _told(state, actor, token)


@router.get(
    "/session", summary="Who is signed in", dependencies=[OWN], responses=problems(SignInNeeded)
)
async def read_session(
    request: Request, response: Response, state: AppState, actor: SignedIn
) -> SessionOut:
    """Answer who asks, with their roles and rights as they are now."""
    response.headers["cache-control"] = "no-store"
    return await _told(state, actor, request.cookies.get(COOKIE))


@router.delete(
    "/session",
    summary="Sign out",
    status_code=204,
    dependencies=[OWN],
    responses=problems(SignInNeeded, ForgedRequest, NotAllowed),
)
async def delete_session(
    request: Request, response: Response, state: AppState, actor: SignedIn
) -> None:
    """End the session, here and everywhere at once."""
    own_account.session_of(by_request(request, actor))
    await sign_out(state, request.cookies[COOKIE], actor.name, client_of(request))
    clear_cookie(request, response)


@router.put(
    "/session/password",
    summary="Change one's password",
    dependencies=[OWN],
    responses=problems(WeakPassword, SignInNeeded, WrongPassword, ForgedRequest),
)
async def change_password(
    request: Request,
    response: Response,
    state: AppState,
    actor: SignedIn,
    body: Annotated[NewPassword, Body()],
) -> SessionOut:
    """Change the password; all other sessions end, and this one goes on under a new cookie.

    A password has 10 to 128 characters, three of small letters, capital letters, digits and
    others, not the account's name, and is neither easily guessed nor one of the last five.
    """
    current, new = (each.get_secret_value() for each in (body.password, body.new_password))
    token = await own_account.change_password(state, by_request(request, actor), current, new)
    changed = await state.actors.of_session(token)
    if changed is None:
        raise SignInNeeded
    set_cookie(request, response, token)
    response.headers["cache-control"] = "no-store"
    return await _told(state, changed, token)


@router.post(
    "/session/totp",
    summary="Ask for a second factor",
    dependencies=[may()],
    responses=problems(SignInNeeded, WrongPassword, ForgedRequest, SecondFactorSet),
)
async def offer_factor(
    request: Request,
    response: Response,
    state: AppState,
    actor: SignedIn,
    body: Annotated[PasswordBody, Body()],
) -> OfferedFactor:
    """Make a second factor (TOTP, RFC 6238) for an authenticator: as a secret, a URI and a QR code.

    It is asked for at each sign-in once `PUT /session/totp` has confirmed it.
    """
    by = by_request(request, actor)
    offered = await own_account.offer_factor(state, by, body.password.get_secret_value())
    response.headers["cache-control"] = "no-store"
    return OfferedFactor(secret=offered.secret, uri=offered.uri, qr_svg=offered.picture)


@router.put(
    "/session/totp",
    summary="Confirm the second factor",
    status_code=204,
    dependencies=[may()],
    responses=problems(WrongCode, SignInNeeded, ForgedRequest, NoSecondFactor),
)
async def confirm_factor(
    request: Request, state: AppState, actor: SignedIn, body: Annotated[CodeBody, Body()]
) -> None:
    """Show that the authenticator has the second factor, by its first code."""
    await own_account.confirm_factor(state, by_request(request, actor), body.code)


@router.post(
    "/session/totp/removal",
    summary="Remove the second factor",
    status_code=204,
    dependencies=[may()],
    responses=problems(SignInNeeded, WrongPassword, ForgedRequest, NoSecondFactor),
)
async def remove_factor(
    request: Request, state: AppState, actor: SignedIn, body: Annotated[PasswordBody, Body()]
) -> None:
    """Sign in by the password alone again."""
    by = by_request(request, actor)
    await own_account.remove_factor(state, by, body.password.get_secret_value())


async def _told(state: State, actor: Actor, token: str | None) -> SessionOut:
    is_key = actor.key_id is not None
    holder = {"key_id": actor.key_id} if is_key else {"account_id": actor.account_id}
    person = None
    async with state.pool.connection(NOTHING) as conn:
        rows = await grant_queries.read_roles(conn, **holder)
        if not is_key and actor.account_id is not None:
            person = await sign_in_queries.read_person(conn, actor.account_id)
    worker = None
    if actor.worker_id is not None:
        async with state.pool.connection(actor.scope) as conn:
            worker = await sign_in_queries.read_worker(conn, actor.worker_id)
    held = {replace(grant, areas=frozenset()) for grant in actor.grants}
    return SessionOut(
        name=actor.name.split(":", 2)[-1],
        display_name=person and person.display_name,
        kind="key" if is_key else "account",
        worker=worker and OwnWorker(code=worker[0], name=worker[1]),
        roles=[OwnRole.of(row) for row in rows if row.grant in held],
        rights=sorted(actor.reaches),
        csrf_token=csrf_token(token) if token and not is_key else None,
        must_change_password=actor.must_change_password,
        second_factor=person is not None and person.totp_confirmed,
    )
