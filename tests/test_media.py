"""What a client prefers, by its Accept header."""

import pytest

from gis_gov.media import preferred


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/csv", "text/csv"),
        ("text/*", "text/csv"),
        ("text/csv, application/json", "application/json"),
        ("application/json;q=0.5, text/csv", "text/csv"),
        ("text/csv;q=0.4, */*;q=0.5", "application/json"),
        ("TEXT/CSV", "text/csv"),
        ("text/csv; header=present; q=0.9, application/json;q=0.2", "text/csv"),
        ("application/json;q=0, text/csv", "text/csv"),
        ("application/json;q=much, text/csv", "text/csv"),
        ("image/png", "application/json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"),
    ],
)
def test_the_heaviest_offer_wins(accept: str, wanted: str) -> None:
    assert preferred(accept, "application/json", "text/csv") == wanted
