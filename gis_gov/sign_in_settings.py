"""The settings of signing in: sessions, passwords, and a provider of OpenID Connect."""

from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings

from gis_gov.web_address import base_address


def empty_is_none(value: object) -> object:
    """Return None for an empty text, which a compose file passes on for what is not set."""
    return None if value == "" else value


class SignInSettings(BaseSettings):
    """Hold those of a process's settings that tell how people sign in."""

    session_idle_min: float = Field(
        default=30.0, gt=0, description="Minutes without a request after which a browser is out."
    )
    session_hours: float = Field(
        default=12.0, gt=0, description="Hours after a sign-in at which it ends in any case."
    )
    password_days: int = Field(
        default=90, ge=1, le=36_500, description="Days after which a password must be changed."
    )
    password_one_time_days: int = Field(
        default=7, ge=1, le=36_500, description="Days for which a one-time password lets in."
    )
    password_former: int = Field(
        default=5, ge=0, le=100, description="Former passwords that may not be used again."
    )
    sign_in_failures: int = Field(
        default=5, ge=1, le=100, description="Wrong passwords in a row that lock an account."
    )
    sign_in_lock_min: float = Field(
        default=15.0, gt=0, description="Minutes for which an account is locked then."
    )
    public_url: str | None = Field(
        default=None,
        description="Address at which browsers find this server, such as https://gov.example.",
    )
    oidc_issuer: str | None = Field(
        default=None,
        description="Issuer of the OpenID Connect provider that people may sign in with.",
    )
    oidc_client_id: str | None = Field(
        default=None, description="What the provider calls this server."
    )
    oidc_client_secret: SecretStr | None = Field(
        default=None, repr=False, description="What this server shows to the provider."
    )
    oidc_scopes: str = Field(
        default="openid", description="Scopes to ask the provider for, with spaces between."
    )
    oidc_title: str = Field(
        default="统一身份认证",
        min_length=1,
        max_length=64,
        description="How the page calls the provider.",
    )

    @field_validator(
        "public_url", "oidc_issuer", "oidc_client_id", "oidc_client_secret", mode="before"
    )
    @classmethod
    def _unset_if_empty(cls, value: object) -> object:
        return empty_is_none(value)

    @field_validator("public_url", "oidc_issuer")
    @classmethod
    def _is_web_address(cls, value: str | None) -> str | None:
        return None if value is None else base_address(value)

    @field_validator("oidc_scopes")
    @classmethod
    def _has_openid(cls, value: str) -> str:
        if "openid" not in value.split():
            raise ValueError("openid must be among the scopes")
        return value

    @model_validator(mode="after")
    def _oidc_is_whole(self) -> Self:
        if self.oidc_issuer and not (self.oidc_client_id and self.public_url):
            raise ValueError(
                "GIS_GOV_OIDC_ISSUER needs GIS_GOV_OIDC_CLIENT_ID and GIS_GOV_PUBLIC_URL"
            )
        return self
