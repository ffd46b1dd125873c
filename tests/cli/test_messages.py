"""Which failures are told in one line, and what of them is kept quiet."""

import errno

import psycopg
import pytest

from gis_gov.cli.messages import CommandError, explain, say
from gis_gov.db.cluster import ClusterError


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (CommandError("no"), "no"),
        (ClusterError("not running"), "not running"),
        (
            psycopg.errors.DiskFull("could not extend file\nHINT: check free disk space"),
            "the database's disk is full, nothing was changed: could not extend file",
        ),
        (
            psycopg.OperationalError("connection failed: refused\n\tIs it running?"),
            "the database does not answer: connection failed: refused",
        ),
        (OSError(errno.ENOSPC, "No space", "/x"), "the disk is full: /x can't be written"),
        (FileNotFoundError(errno.ENOENT, "No such file", "/x"), "/x: No such file"),
        (ValueError("a defect"), None),
    ],
)
def test_expected_failures_are_one_line(error: Exception, line: str | None) -> None:
    assert explain(error) == line


def test_passwords_are_never_said(capsys: pytest.CaptureFixture[str]) -> None:
    say("can't reach postgresql://gis:geheim@db/x nor postgresql://gis:auch%40das@db2/y")
    told = capsys.readouterr().err
    assert told == (
        "gis-gov: can't reach postgresql://gis:***@db/x nor postgresql://gis:***@db2/y\n"
    )
