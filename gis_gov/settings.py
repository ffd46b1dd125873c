"""The settings of one process, read once from the environment, or from files that it names.

For any `GIS_GOV_NAME`, `GIS_GOV_NAME_FILE` names a file that holds the value: for secrets that are
handed over as files.
"""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Self, cast

from pydantic import Field, PostgresDsn, SecretStr, TypeAdapter, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from gis_gov.named_files import NamedFiles
from gis_gov.patrol_settings import PatrolSettings
from gis_gov.sign_in_settings import SignInSettings, empty_is_none

_DSN = TypeAdapter(PostgresDsn)

Network = IPv4Network | IPv6Network


class Settings(SignInSettings, PatrolSettings):
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
    server_database_url: str | None = Field(
        default=None,
        repr=False,
        description="URL of the same database for the server alone, with a role of few rights.",
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
    pool_warm: bool = Field(
        default=True,
        description="Let a new database connection project a tile before anybody waits for one.",
    )
    statement_timeout_s: float = Field(
        default=30.0,
        gt=0,
        description="Time after which the database, or a process apart, gives a question up.",
    )
    idle_transaction_s: float = Field(
        default=120.0,
        gt=0,
        description="Seconds that a process may stand still in a transaction, holding up others.",
    )
    body_max_mb: float = Field(
        default=100.0, gt=0, description="Megabytes of a file that is sent to be worked on."
    )
    json_max_mb: float = Field(
        default=8.0, gt=0, description="Megabytes of any other body, and JSON: it lies in memory."
    )
    writes_say_state: bool = Field(
        default=False,
        description="Whether who updates or deletes an item has to say by If-Match which state of"
        " it, as who replaces one always has to.",
    )
    body_timeout_s: float = Field(
        default=600.0, gt=0, description="Seconds that the body of a request may take to arrive."
    )
    body_grace_s: float = Field(
        default=10.0, gt=0, description="Seconds after which a body must come at the minimal rate."
    )
    body_min_kb_per_s: float = Field(
        default=1.0, gt=0, description="Kilobytes a second at which a body must come at least."
    )
    request_timeout_s: float = Field(
        default=120.0, gt=0, description="Seconds until a request's answer must have begun."
    )
    send_timeout_s: float = Field(
        default=60.0,
        gt=0,
        description="Seconds that a client may take to make room for more of a streamed answer.",
    )
    changes_kept_h: float = Field(
        default=24.0,
        ge=1,
        description="Hours for which it is kept what was changed: so long may a live stream be away"
        " and go on where it was.",
    )
    gateway_host: str = Field(
        default="127.0.0.1", description="Address on which the gateway listens to terminals."
    )
    gateway_808_port: int = Field(
        default=6808, ge=1, le=65535, description="TCP port for terminals that speak JT/T 808."
    )
    gateway_809_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="TCP port for lower platforms that speak JT/T 809; without it none may.",
    )
    gateway_809_platforms: SecretStr | None = Field(
        default=None,
        repr=False,
        description="Who may sign in there: id:user:password of each, with commas between.",
    )
    gateway_809_superior: SecretStr | None = Field(
        default=None,
        repr=False,
        description="The platform to which is forwarded: platform:user:password@host:port.",
    )
    gateway_metrics_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="Port of 127.0.0.1 at which the gateway tells its metrics; without it none.",
    )
    gateway_tls_cert: Path | None = Field(
        default=None,
        description="PEM file of the gateway's certificate chain: its ports speak TLS alone.",
    )
    gateway_tls_key: Path | None = Field(
        default=None, description="PEM file of the key of that certificate."
    )
    tile_memory_mb: float = Field(
        default=64.0,
        ge=0,
        description="Megabytes of tiles that a process keeps, while nothing changes in them.",
    )
    answer_memory_mb: float = Field(
        default=32.0,
        ge=0,
        description="Megabytes of heat maps and statistics that a process keeps, while nothing"
        " changes in them; a quarter is for single measures, of which others are made.",
    )
    live_streams_per_actor: int = Field(
        default=40, ge=1, description="Live streams of one account or key at once, a process."
    )
    live_streams_per_address: int = Field(
        default=1000, ge=1, description="Live streams from one address at once, a process."
    )
    live_stream_s: float = Field(
        default=3600.0, gt=0, description="Seconds after which a live stream ends, to be reopened."
    )
    live_heartbeat_s: float = Field(
        default=15.0, gt=0, description="Seconds of silence after which a live stream says so."
    )
    rate_actor_per_s: float = Field(
        default=50.0, ge=0, description="Requests a second of one account or key; 0: no limit."
    )
    rate_actor_burst: int = Field(
        default=600, ge=1, description="Requests that one account or key may make at once."
    )
    rate_address_per_s: float = Field(
        default=500.0,
        ge=0,
        description="Requests a second of one address by nobody known; 0: no limit.",
    )
    rate_address_burst: int = Field(
        default=5000, ge=1, description="Requests by nobody known at once, from one address."
    )
    rate_attempts_per_min: float = Field(
        default=30.0,
        ge=0,
        description="Sign-ins and keys a minute that fail, from one address; 0: no limit.",
    )
    rate_attempts_burst: int = Field(
        default=60, ge=1, description="Sign-ins and keys at once that fail, from one address."
    )
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = Field(
        default=(),
        description="Addresses or networks of proxies whose X-Forwarded-For and -Proto are true.",
    )
    hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="Names under which it may be asked for; none: under any."
    )
    tls_cert: Path | None = Field(
        default=None, description="PEM file of the certificate chain; serves HTTPS, with the key."
    )
    tls_key: Path | None = Field(default=None, description="PEM file of the certificate's key.")
    k_threshold: int = Field(
        default=10,
        ge=1,
        le=1000,
        description="People, dwellings and households fewer than this are not told to those who"
        " may not know exact numbers.",
    )
    high_risk_classes: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("重大风险", "较大风险", "高风险", "重大", "较大", "高", "high"),
        description="Risk classes of enterprises that are told of around an event, with commas"
        " between.",
    )
    log_level: str = Field(default="info", description="debug, info, warning or error.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read the environment, then the files that it names."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, NamedFiles(settings_cls)

    @field_validator("database_url", "server_database_url")
    @classmethod
    def _is_postgres(cls, value: str | None) -> str | None:
        if value is not None:
            _DSN.validate_python(value)
        return value

    @field_validator(
        "secrets",
        "secrets_file",
        "audit_anchor_file",
        "gateway_809_port",
        "gateway_809_platforms",
        "gateway_809_superior",
        "gateway_metrics_port",
        mode="before",
    )
    @classmethod
    def _none_if_empty(cls, value: object) -> object:
        return empty_is_none(value)

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        return tuple(ip_network(each) for each in _listed(value))

    @field_validator("high_risk_classes", mode="before")
    @classmethod
    def _classes(cls, value: object) -> object:
        return _listed(value)

    @field_validator("hosts", mode="before")
    @classmethod
    def _names(cls, value: object) -> object:
        return tuple(each.lower() for each in _listed(value))

    @field_validator(
        "home",
        "secrets_file",
        "audit_anchor_file",
        "tls_cert",
        "tls_key",
        "gateway_tls_cert",
        "gateway_tls_key",
    )
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return value and value.expanduser().absolute()

    @model_validator(mode="after")
    def _both_of_tls(self) -> Self:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("GIS_GOV_TLS_CERT and GIS_GOV_TLS_KEY go together")
        if (self.gateway_tls_cert is None) != (self.gateway_tls_key is None):
            raise ValueError("GIS_GOV_GATEWAY_TLS_CERT and GIS_GOV_GATEWAY_TLS_KEY go together")
        return self

    @property
    def served_url(self) -> str | None:
        """Return the URL with which the server goes to the database."""
        return self.server_database_url or self.database_url

    def with_database(self, url: str) -> Self:
        """Return a copy that uses the database at `url`, the server too."""
        return self.model_copy(update={"database_url": url, "server_database_url": None})


def _listed(value: object) -> list[str]:
    """Split what the environment says, between commas."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return [str(each) for each in cast("Iterable[object]", value)]
