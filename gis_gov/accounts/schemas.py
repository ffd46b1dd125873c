"""What is sent and answered about sessions, accounts, roles and keys."""

from datetime import date, datetime
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from gis_gov.accounts.grant_queries import KeyListed, RoleRow
from gis_gov.accounts.granting import Wanted
from gis_gov.accounts.keys import DAYS, DAYS_MAX, MadeKey
from gis_gov.accounts.queries import AccountRow
from gis_gov.accounts.service import Change

NAME: Final = r"^[^\s/:\x00-\x1f\x7f]{2,64}$"
Name = Annotated[str, Field(pattern=NAME)]
Title = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,64}$")]
Code = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,64}$")]
PersonClass = Literal["service", "control", "rely", "other"]

ROLE_EXAMPLE: Final = {
    "id": 7,
    "role": "supervisor",
    "area": {"code": "990101001000", "name": "汀屿街道"},
    "grid": None,
    "department": None,
    "person_classes": None,
    "valid_from": "2026-11-26",
    "valid_to": None,
}
ACCOUNT_EXAMPLE: Final = {
    "name": "wang",
    "display_name": "王芳",
    "state": "active",
    "roles": ["supervisor"],
    "must_change_password": False,
    "second_factor": True,
    "created_at": "2026-11-26T08:00:00Z",
}


class Sent(BaseModel):
    """A body, of which every member is known."""

    model_config = ConfigDict(extra="forbid")


class Place(BaseModel):
    """An area or a grid."""

    code: str
    name: str


class HeldRole(BaseModel):
    """A role, where it holds (neither area nor grid: everywhere), for what, and its term."""

    id: int
    role: str
    area: Place | None
    grid: Place | None
    department: str | None
    person_classes: list[PersonClass] | None
    valid_from: date
    valid_to: date | None

    @staticmethod
    def of(row: RoleRow) -> "HeldRole":
        """Tell of a role."""
        return HeldRole.model_validate(
            {
                "id": row.id,
                "role": row.role,
                "area": _place(row.area_code, row.area_name),
                "grid": _place(row.grid_code, row.grid_name),
                "department": row.department,
                "person_classes": row.person_classes,
                "valid_from": row.valid_from,
                "valid_to": row.valid_to,
            }
        )


class GivenRole(HeldRole):
    """A role, and which account granted it (none: the command line)."""

    granted_by: str | None


class AccountOut(BaseModel):
    """An account."""

    name: str
    display_name: str | None
    state: Literal["active", "locked", "disabled"]
    roles: list[str]
    must_change_password: bool
    second_factor: bool
    created_at: datetime

    @staticmethod
    def told(row: AccountRow) -> dict[str, object]:
        """Return the members that tell of an account."""
        return {
            "name": row.name,
            "display_name": row.display_name,
            "state": "disabled" if row.is_disabled else "locked" if row.is_locked else "active",
            "roles": row.role_names,
            "must_change_password": row.password_must_change,
            "second_factor": row.totp_confirmed,
            "created_at": row.created_at,
        }


class AccountWithPassword(AccountOut):
    """An account, with its one-time password where it was made anew: it is not shown again."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {**ACCOUNT_EXAMPLE, "one_time_password": "wEqB7rP2xkTzJ5mHn8Vd"}
        }
    )

    one_time_password: str | None = None


class AccountPage(BaseModel):
    """A part of the accounts, by name."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"items": [ACCOUNT_EXAMPLE], "next": None}}
    )

    items: list[AccountOut]
    next: str | None


class NewAccount(Sent):
    """An account to be made."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"name": "wang", "display_name": "王芳"}}
    )

    name: Name
    display_name: Title | None = None


class AccountChange(Sent):
    """What is to be done to an account."""

    model_config = ConfigDict(json_schema_extra={"example": {"change": "unlock"}})

    change: Change


class WantedRole(Sent):
    """A role that is asked for: in an area or a grid, or with neither everywhere."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"role": "supervisor", "area": "990101001000"}}
    )

    role: Title
    area: Code | None = None
    grid: Code | None = None
    department: Title | None = None
    person_classes: Annotated[list[PersonClass], Field(min_length=1, max_length=4)] | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def wanted(self) -> Wanted:
        """Return it as the rules take it."""
        classes = self.person_classes
        return Wanted(
            role=self.role,
            area=self.area,
            grid=self.grid,
            department=self.department,
            person_classes=None if classes is None else frozenset(classes),
            valid_from=self.valid_from,
            valid_to=self.valid_to,
        )


class RoleList(BaseModel):
    """The roles of an account."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"items": [{**ROLE_EXAMPLE, "granted_by": "admin"}]}}
    )

    items: list[GivenRole]


class NewRole(BaseModel):
    """The role that was granted."""

    model_config = ConfigDict(json_schema_extra={"example": {"id": 7}})

    id: int


class NewKey(Sent):
    """A key to be made."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"name": "qgis", "roles": [{"role": "commander"}], "days": 30}
        }
    )

    name: Title
    roles: Annotated[list[WantedRole], Field(min_length=1, max_length=50)]
    days: Annotated[int, Field(ge=1, le=DAYS_MAX)] = DAYS


class KeyOut(BaseModel):
    """A key; itself it is never shown again."""

    id: int
    name: str
    account: str | None = Field(description="Who made it; null: the command line")
    state: Literal["active", "expired", "revoked"]
    roles: list[str]
    created_at: datetime
    expires_at: datetime

    @staticmethod
    def of(row: KeyListed, now: datetime) -> "KeyOut":
        """Tell of a key."""
        return KeyOut(
            id=row.id,
            name=row.name,
            account=row.maker,
            state=row.state(now),
            roles=row.role_names,
            created_at=row.created_at,
            expires_at=row.expires_at,
        )


class KeyPage(BaseModel):
    """A part of the keys, the newest first."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "items": [
                    {
                        "id": 3,
                        "name": "qgis",
                        "account": "wang",
                        "state": "active",
                        "roles": ["commander"],
                        "created_at": "2026-11-26T08:00:00Z",
                        "expires_at": "2026-12-26T08:00:00Z",
                    }
                ],
                "next": None,
            }
        }
    )

    items: list[KeyOut]
    next: str | None


class ShownKey(BaseModel):
    """A new key; it is not shown again."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"id": 3, "key": "gg_…", "expires_at": "2026-12-26T08:00:00Z"}
        }
    )

    id: int
    key: str
    expires_at: datetime

    @staticmethod
    def of(made: MadeKey) -> "ShownKey":
        """Show a key."""
        return ShownKey(id=made.id, key=made.token, expires_at=made.expires_at)


def given_role(row: RoleRow) -> GivenRole:
    """Tell of a role and who granted it."""
    return GivenRole(**HeldRole.of(row).model_dump(), granted_by=row.granted_by)


def _place(code: str | None, name: str | None) -> Place | None:
    return None if code is None else Place(code=code, name=name or code)
