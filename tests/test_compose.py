"""docker-compose.yml and Dockerfile say what the command line and the settings know."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from gis_gov.cli.commands import make_app
from gis_gov.db.cluster_roles import SERVER_USER
from gis_gov.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
PASSWORD = re.compile(r"\$\{GIS_GOV_(DB|SERVER)_PASSWORD[^}]*\}")
OURS = {name: each for name, each in COMPOSE["services"].items() if each["image"] == "gis-gov"}
COMMANDS = {name: each["command"] for name, each in OURS.items()} | {
    "Dockerfile": json.loads(DOCKERFILE.rpartition("CMD ")[2])
}


def parse(command: list[str]) -> dict[str, Any]:
    """Parse a command as the command line would, without running it."""
    program, name, *arguments = command
    assert program == "gis-gov"
    group = typer.main.get_command(make_app(name))
    context = group.commands[name].make_context(name, arguments)  # type: ignore[attr-defined]
    return context.params


def test_it_has_postgis_pgbouncer_and_the_server() -> None:
    assert set(COMPOSE["services"]) == {"postgis", "migrate", "pgbouncer", "server"}
    assert set(OURS) == {"migrate", "server"}


@pytest.mark.parametrize("where", COMMANDS)
def test_its_commands_are_ours(where: str) -> None:
    assert parse(COMMANDS[where]).keys() >= {"home"}


def test_the_server_listens_where_its_port_is_published_to_loopback_only() -> None:
    given = parse(COMMANDS["server"])
    assert given["host"] == "0.0.0.0"  # noqa: S104 - inside the container
    assert COMPOSE["services"]["server"]["ports"] == [f"127.0.0.1:8000:{given['port']}"]


@pytest.mark.parametrize("name", OURS)
def test_its_settings_exist_and_fit(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in OURS[name]["environment"].items():
        prefix, field = variable[:8], variable[8:].lower()
        assert prefix == "GIS_GOV_"
        assert field in Settings.model_fields
        monkeypatch.setenv(variable, PASSWORD.sub("secret", value))
    assert Settings().database_url


def test_its_lines_for_https_fit_once_they_are_no_comments() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    https = re.sub(r"# (- \./tls|GIS_GOV_TLS_)", r"\1", text)
    server = yaml.safe_load(https)["services"]["server"]
    folder = server["volumes"][-1].split(":")[1]
    for name in ("tls_cert", "tls_key"):
        assert name in Settings.model_fields
        assert server["environment"][f"GIS_GOV_{name.upper()}"].startswith(f"{folder}/")


def test_keys_and_anchor_outlive_the_containers() -> None:
    (home,) = {each["environment"]["GIS_GOV_HOME"] for each in OURS.values()}
    for each in OURS.values():
        assert f"home:{home}" in each["volumes"]
    assert "home" in COMPOSE["volumes"]
    assert f"mkdir --mode=700 {home}" in DOCKERFILE


def test_the_server_logs_in_by_the_role_that_migrate_makes() -> None:
    served = OURS["server"]["environment"]["GIS_GOV_DATABASE_URL"]
    made = OURS["migrate"]["environment"]["GIS_GOV_SERVER_DATABASE_URL"]
    pooled = COMPOSE["services"]["pgbouncer"]["environment"]
    logins = {re.sub(r":\?[^}]*\}", "}", url).partition("@")[0] for url in (served, made)}
    assert logins == {f"postgresql://{pooled['DB_USER']}:{pooled['DB_PASSWORD']}"}
    assert pooled["DB_USER"] == SERVER_USER


def test_migrations_go_past_the_pool_and_requests_through_it() -> None:
    hosts = {
        name: re.search(r"@(\w+):", each["environment"]["GIS_GOV_DATABASE_URL"])
        for name, each in OURS.items()
    }
    assert {name: found and found[1] for name, found in hosts.items()} == {
        "migrate": "postgis",
        "server": "pgbouncer",
    }
    assert COMPOSE["services"]["pgbouncer"]["environment"]["POOL_MODE"] == "session"


def test_every_service_that_is_waited_for_exists() -> None:
    services = COMPOSE["services"]
    for each in services.values():
        assert set(each.get("depends_on", {})) <= set(services)


def test_the_server_s_image_has_the_client_programs_and_the_font_of_pictures() -> None:
    served = DOCKERFILE.rpartition("\nFROM ")[2]
    (installed,) = re.findall(r"apt-get install -y --no-install-recommends (.+) \\\n", served)
    assert {"fonts-noto-cjk", "postgresql-client"} <= set(installed.split())


def test_what_the_image_copies_exists() -> None:
    for line in DOCKERFILE.splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            *sources, _target = line.split()[1:]
            assert all((ROOT / source).exists() for source in sources), line
