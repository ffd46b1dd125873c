"""The settings of one process, read once from the environment."""

from pathlib import Path
from typing import Self

from pydantic import Field, PostgresDsn, SecretStr, TypeAdapter, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_DSN = TypeAdapter(PostgresDsn)


class Settings(BaseSettings):
    """Hold every setting of a process; frozen, and made by whoever starts it."""

    model_config = SettingsConfigDict(env_prefix="GIS_GOV_", frozen=True, extra="ignore")

    home: Path = Field(
        default=Path(".gis-gov"),
        description="Folder of the private PostGIS: its data, logs, socket and password.",
    )
    database_url: str | None = Field(
        default=None,
        repr=False,
        description="URL of an outside PostgreSQL with PostGIS; without it the home's own is used.",
    )
    secrets: SecretStr | None = Field(
        default=None,
        repr=False,
        description="Keys of sealed data (32 bytes each, base64), with commas between; the first"
        " one seals. Without it they lie in a file.",
    )
    secrets_file: Path | None = Field(
        default=None,
        description="File of the keys of sealed data; without it `secrets.json` in the home, which"
        " is made at first need.",
    )
    audit_anchor_file: Path | None = Field(
        default=None,
        description="File of the audit's anchor; without it `audit.anchor` in the home.",
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8000, ge=1, le=65535, description="TCP port to listen on.")
    workers: int = Field(default=1, ge=1, le=64, description="Server processes.")
    backlog: int = Field(
        default=8192, ge=128, description="Connections that may wait to be accepted, per listener."
    )
    backpressure: int = Field(
        default=8192, ge=16, description="Requests and streams that one process serves at once."
    )
    pool_min: int = Field(default=2, ge=0, description="Database connections kept open a process.")
    pool_max: int = Field(default=10, ge=1, description="Database connections at most a process.")
    statement_timeout_s: float = Field(
        default=30.0, gt=0, description="Time after which the database gives a request's query up."
    )
    body_max_mb: float = Field(
        default=100.0, gt=0, description="Megabytes that the body of a request may have."
    )
    session_idle_min: float = Field(
        default=30.0, gt=0, description="Minutes without a request after which a browser is out."
    )
    session_hours: float = Field(
        default=12.0, gt=0, description="Hours after a sign-in at which it ends in any case."
    )
    password_days: int = Field(
        default=90, ge=1, le=36_500, description="Days after which a password must be changed."
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
    k_threshold: int = Field(
        default=10,
        ge=1,
        le=1000,
        description="People, dwellings and households fewer than this are not told to those who"
        " may not know exact numbers.",
    )
    log_level: str = Field(default="info", description="debug, info, warning or error.")

    @field_validator("database_url")
    @classmethod
    def _is_postgres(cls, value: str | None) -> str | None:
        if value is not None:
            _DSN.validate_python(value)
        return value

    @field_validator("secrets", "secrets_file", "audit_anchor_file", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return None if value == "" else value  # as a compose file passes on what is not set

    @field_validator("home", "secrets_file", "audit_anchor_file")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return value and value.expanduser().absolute()

    def with_database(self, url: str) -> Self:
        """Return a copy that uses the database at `url`."""
        return self.model_copy(update={"database_url": url})
