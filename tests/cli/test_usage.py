"""What the command line says of itself, and of wrong usage."""

import pytest

from gis_gov.cli.commands import COMMANDS, run

GROUPS = {
    "db": ("start", "stop", "status", "url", "psql", "backup", "restore"),
    "bench": ("load",),
    "account": ("add", "list", "disable", "enable", "unlock", "reset-password", "roles"),
    "role": ("list", "grant", "revoke"),
    "key": ("create", "list", "revoke"),
}
ALL = [(name,) for name in COMMANDS] + [(group, name) for group in GROUPS for name in GROUPS[group]]


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """The one line on standard error."""
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    return captured.err


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    listed = capsys.readouterr().out
    assert all(f" {name} " in listed for name in COMMANDS)


def test_no_command_gives_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 0
    assert "Usage: gis-gov" in capsys.readouterr().out


@pytest.mark.parametrize("command", ALL, ids=" ".join)
def test_each_command_has_an_example(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*command, "--help"]) == 0
    text = capsys.readouterr().out
    assert "Usage: gis-gov " + " ".join(command) in text
    assert "Example:" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["frob"], ["No such command 'frob'", "See: gis-gov --help"]),
        (["up", "--prot", "8000"], ["No such option: --prot", "See: gis-gov up --help"]),
        (["up", "--port", "0"], ["--port", "greater than or equal to 1"]),
        (["up", "--sample", "huge"], ["--sample"]),
        (["sample"], ["--out"]),
        (["db"], ["Missing command", "See: gis-gov db --help"]),
        (["db", "restore"], ["Missing argument 'FILE'", "See: gis-gov db restore --help"]),
    ],
)
def test_wrong_usage_is_told_in_one_line(
    arguments: list[str], words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    line = said(capsys)
    assert all(word in line for word in words), line


def test_a_wrong_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GIS_GOV_PORT", "abc")
    assert run(["serve"]) == 1
    assert said(capsys).startswith("gis-gov: GIS_GOV_PORT: Input should be a valid integer")


def test_a_wrong_url_is_refused_without_its_password(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GIS_GOV_DATABASE_URL", "mysql://u:geheim@127.0.0.1/x")
    assert run(["db", "url"]) == 1
    line = said(capsys)
    assert "GIS_GOV_DATABASE_URL" in line
    assert "geheim" not in line
