"""What is sent and answered about one's own session."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from gis_gov.access.roles import ROLES
from gis_gov.accounts.grant_queries import RoleRow
from gis_gov.accounts.schemas import ROLE_EXAMPLE, HeldRole, Sent, Title

# Longer than any password may be: hashing must not be a way to keep the server busy.
Secret = Annotated[SecretStr, Field(min_length=1, max_length=256)]
Digits = Annotated[str, Field(pattern=r"^[0-9]{6}$", description="The authenticator's six digits")]


class SignInBody(Sent):
    """A name and its password."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"name": "wang", "password": "…", "totp": "492039"}}
    )

    name: Title
    password: Secret
    totp: Digits | None = None


class PasswordBody(Sent):
    """The current password."""

    model_config = ConfigDict(json_schema_extra={"example": {"password": "…"}})

    password: Secret


class NewPassword(PasswordBody):
    """The current password, and what it becomes."""

    model_config = ConfigDict(json_schema_extra={"example": {"password": "…", "new_password": "…"}})

    new_password: Secret


class CodeBody(Sent):
    """A code of the second factor."""

    model_config = ConfigDict(json_schema_extra={"example": {"code": "492039"}})

    code: Digits


class OwnRole(HeldRole):
    """A role that one holds, with its names."""

    title: str
    title_zh: str

    @staticmethod
    def of(row: RoleRow) -> "OwnRole":
        """Tell of a role."""
        role = ROLES[row.role]
        return OwnRole(**HeldRole.of(row).model_dump(), title=role.title, title_zh=role.title_zh)


class OwnWorker(BaseModel):
    """A worker, as whoever has his account is told of him."""

    code: str
    name: str


class SessionOut(BaseModel):
    """Who is signed in, and what they may do."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "name": "wang",
                "display_name": "王芳",
                "kind": "account",
                "worker": {"code": "W0012", "name": "陈一"},
                "roles": [{**ROLE_EXAMPLE, "title": "Supervisor", "title_zh": "督导员"}],
                "rights": ["address.read", "count", "map.read"],
                "csrf_token": "66a59adbf82d",
                "must_change_password": False,
                "second_factor": True,
            }
        }
    )

    name: str
    display_name: str | None
    kind: Literal["account", "key"]
    worker: OwnWorker | None = Field(
        description="The worker whose account it is: of him one knows without a right"
    )
    roles: list[OwnRole]
    rights: list[str]
    csrf_token: str | None = Field(
        description="To be sent as `x-csrf-token` with every write by cookie; null for a key"
    )
    must_change_password: bool
    second_factor: bool


class OfferedFactor(BaseModel):
    """A second factor that waits for its first code; it is not shown again."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "secret": "JBSWY3DPEHPK3PXP",
                "uri": "otpauth://totp/gis_gov:wang?secret=JBSWY3DPEHPK3PXP&issuer=gis_gov",
                "qr_svg": "<svg>…</svg>",
            }
        }
    )

    secret: str
    uri: str
    qr_svg: str


class OidcMethod(BaseModel):
    """The identity provider: how the page calls it, and where a browser goes to sign in."""

    title: str
    url: str


class Methods(BaseModel):
    """How one can sign in, beside name and password; null: by those alone."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"oidc": {"title": "统一身份认证", "url": "/session/oidc"}}}
    )

    oidc: OidcMethod | None
