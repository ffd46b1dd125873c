"""A machine without PostGIS is told the one line that installs it."""

import pytest

from gis_gov.db.cluster_programs import install_line

PGDG = (
    "sudo apt-get install -y postgresql-common gnupg ca-certificates && "
    "sudo /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y && "
)


@pytest.mark.parametrize(
    ("release", "before", "major"),
    [
        ("debian 12", "", 15),
        ("debian 13", "", 17),
        ("ubuntu 22.04", PGDG, 17),
        ("ubuntu 24.04", "", 16),
        ("", "", 15),
    ],
)
def test_the_line_is_that_of_the_release(release: str, before: str, major: int) -> None:
    assert install_line(release=release) == (
        f"sudo apt-get update && {before}"
        f"sudo apt-get install -y postgresql-{major} postgresql-{major}-postgis-3"
    )
    assert "postgresql-14-postgis-3" in install_line(14, release)
