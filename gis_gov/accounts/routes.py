"""Administer accounts, roles and keys."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Body, Path, Request, Response

from gis_gov.access.permissions import Permission
from gis_gov.access.permit import SignedIn, may
from gis_gov.access.problems import ForgedRequest, NotAllowed
from gis_gov.accounts import granting, keys, queries
from gis_gov.accounts.problems import (
    GrantTooWide,
    LastGrantor,
    OwnRights,
    RolesApart,
    TooManyKeys,
)
from gis_gov.accounts.schemas import (
    NAME,
    AccountChange,
    AccountOut,
    AccountPage,
    AccountWithPassword,
    KeyOut,
    KeyPage,
    NewAccount,
    NewKey,
    NewRole,
    RoleList,
    ShownKey,
    WantedRole,
    given_role,
)
from gis_gov.accounts.service import Administration, Change
from gis_gov.accounts.session_routes import by_request
from gis_gov.api import AppState, Conn
from gis_gov.days import today
from gis_gov.openapi import problems
from gis_gov.paging import BadPageToken, Paged
from gis_gov.problems import AlreadyThere, InvalidRequest, NotFound

router = APIRouter(tags=["accounts"])

AccountName = Annotated[
    str, Path(pattern=NAME, description="Name of the account", examples=["wang"])
]
# PostgreSQL has no larger bigint.
Id = Annotated[
    int, Path(ge=1, le=2**63 - 1, description="Its id, as the list tells it", examples=[7])
]

MANAGE = may(Permission.ACCOUNT_MANAGE)
GRANT = may(Permission.GRANT)
KEYS = may(Permission.KEY_MANAGE)


@router.get(
    "/accounts",
    summary="Accounts",
    dependencies=[MANAGE],
    responses=problems(BadPageToken, NotAllowed),
)
async def list_accounts(request: Request, conn: Conn, actor: SignedIn, page: Paged) -> AccountPage:
    """Answer the accounts whose roles all lie where one may manage accounts, by name.

    Those without a role are shown to who may manage accounts everywhere, and to who made them.
    """
    by = by_request(request, actor)
    rows = await queries.read_accounts(
        conn,
        by.accounts,
        today(),
        asked_by=by.account_id,
        after=page.after(str),
        limit=page.limit + 1,
    )
    shown, following = page.cut(rows, lambda row: row.name)
    items = [AccountOut.model_validate(AccountOut.told(row)) for row in shown]
    return AccountPage(items=items, next=following)


@router.post(
    "/accounts",
    summary="Add an account",
    status_code=201,
    dependencies=[MANAGE],
    responses=problems(InvalidRequest, NotAllowed, ForgedRequest, AlreadyThere),
)
async def add_account(
    request: Request,
    response: Response,
    state: AppState,
    actor: SignedIn,
    body: Annotated[NewAccount, Body()],
) -> AccountWithPassword:
    """Add an account without any role; its one-time password is in the answer, and only there."""
    by, administration = by_request(request, actor), Administration(state.settings)
    one_time = await state.passwords.one_time()
    async with state.pool.connection(actor.scope) as conn, conn.transaction():
        await administration.add(conn, by, body.name, one_time, body.display_name)
        row = await administration.read(conn, by, body.name)
    response.headers["cache-control"] = "no-store"
    return AccountWithPassword.model_validate(
        {**AccountOut.told(row), "one_time_password": one_time.password}
    )


@router.patch(
    "/accounts/{name}",
    summary="Change an account",
    dependencies=[MANAGE],
    responses=problems(InvalidRequest, NotAllowed, OwnRights, ForgedRequest, NotFound, LastGrantor),
)
async def change_account(
    request: Request,
    response: Response,
    state: AppState,
    actor: SignedIn,
    name: AccountName,
    body: Annotated[AccountChange, Body()],
) -> AccountWithPassword:
    """Disable or enable an account, unlock it, or reset its password or second factor.

    A disabled account ends all its sessions, and its keys hold no more. A reset password is a
    one-time password again, told in the answer and only there; sessions end, and keys are revoked.
    """
    by, administration = by_request(request, actor), Administration(state.settings)
    resets = body.change is Change.RESET_PASSWORD
    one_time = await state.passwords.one_time() if resets else None
    async with state.pool.connection(actor.scope) as conn, conn.transaction():
        await administration.change(conn, by, name, body.change, one_time)
        row = await administration.read(conn, by, name)
    await state.actors.hear(f"account:{row.id}")
    response.headers["cache-control"] = "no-store"
    return AccountWithPassword.model_validate(
        {**AccountOut.told(row), "one_time_password": one_time and one_time.password}
    )


@router.get(
    "/accounts/{name}/roles",
    summary="Roles of an account",
    dependencies=[GRANT],
    responses=problems(NotAllowed, NotFound),
)
async def list_roles(request: Request, conn: Conn, actor: SignedIn, name: AccountName) -> RoleList:
    """Answer what an account holds, and held, where one may grant."""
    rows = await granting.roles_of(conn, by_request(request, actor), name)
    return RoleList(items=[given_role(row) for row in rows])


@router.post(
    "/accounts/{name}/roles",
    summary="Grant a role",
    status_code=201,
    dependencies=[GRANT],
    responses=problems(
        InvalidRequest, NotAllowed, OwnRights, GrantTooWide, ForgedRequest, NotFound, RolesApart
    ),
)
async def grant_role(
    request: Request,
    state: AppState,
    conn: Conn,
    actor: SignedIn,
    name: AccountName,
    body: Annotated[WantedRole, Body()],
) -> NewRole:
    """Grant a role, within one's own places, department, person classes and term.

    Nobody grants to themselves. An account holds one at most of system administrator, security
    administrator and auditor at a time.
    """
    async with conn.transaction():
        role_id = await granting.grant_role(conn, by_request(request, actor), name, body.wanted())
        account_id = await queries.account_id(conn, name)
    await state.actors.hear(f"account:{account_id}")
    return NewRole(id=role_id)


@router.delete(
    "/accounts/{name}/roles/{id}",
    summary="Take a role away",
    status_code=204,
    dependencies=[GRANT],
    responses=problems(NotAllowed, OwnRights, GrantTooWide, ForgedRequest, NotFound, LastGrantor),
)
async def revoke_role(
    request: Request,
    state: AppState,
    conn: Conn,
    actor: SignedIn,
    name: AccountName,
    id: Id,  # noqa: A002 - the path's own word
) -> None:
    """Take a role away that one could have granted; it counts no more at once."""
    async with conn.transaction():
        await granting.revoke_role(conn, by_request(request, actor), name, id)
        account_id = await queries.account_id(conn, name)
    await state.actors.hear(f"account:{account_id}")


@router.get(
    "/keys", summary="Keys", dependencies=[KEYS], responses=problems(BadPageToken, NotAllowed)
)
async def list_keys(request: Request, conn: Conn, actor: SignedIn, page: Paged) -> KeyPage:
    """Answer the keys that one made, the newest first; who may grant every role sees all keys."""
    by = by_request(request, actor)
    rows = await keys.list_keys(conn, by, after=page.after(int), limit=page.limit + 1)
    shown, following = page.cut(rows, lambda row: row.id)
    now = datetime.now(UTC)
    return KeyPage(items=[KeyOut.of(row, now) for row in shown], next=following)


@router.post(
    "/keys",
    summary="Make a key",
    status_code=201,
    dependencies=[KEYS],
    responses=problems(
        InvalidRequest, NotAllowed, GrantTooWide, ForgedRequest, RolesApart, TooManyKeys
    ),
)
async def make_key(
    request: Request,
    response: Response,
    conn: Conn,
    actor: SignedIn,
    body: Annotated[NewKey, Body()],
) -> ShownKey:
    """Make a key for a machine, to be sent as `Authorization: Bearer`; it is shown here only.

    It may do what its maker may, at most, on every day of its life: it loses what they lose.
    """
    wanted = [role.wanted() for role in body.roles]
    async with conn.transaction():
        made = await keys.make_key(conn, by_request(request, actor), body.name, wanted, body.days)
    response.headers["cache-control"] = "no-store"
    return ShownKey.of(made)


@router.delete(
    "/keys/{id}",
    summary="Revoke a key",
    status_code=204,
    dependencies=[KEYS],
    responses=problems(NotAllowed, ForgedRequest, NotFound),
)
async def revoke_key(
    request: Request,
    state: AppState,
    conn: Conn,
    actor: SignedIn,
    id: Id,  # noqa: A002 - the path's own word
) -> None:
    """Let a key hold no more, at once."""
    async with conn.transaction():
        await keys.revoke_key(conn, by_request(request, actor), id)
    await state.actors.hear(f"key:{id}")
