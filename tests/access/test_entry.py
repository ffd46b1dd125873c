"""What of an entry is masked on its way into the audit, and what must not be."""

import pytest

from gis_gov.access.entry import Entry, row_of

HASH = "a13812345678f" * 4


@pytest.mark.parametrize(
    ("code", "kept"),
    [
        ("13800138000", "138****8000"),
        ("8613800138000", "138****8000"),
        ("+86-138-0013-8000", "138****8000"),
        ("１３８００１３８０００", "138****8000"),
        ("440524198001010014", "440***********0014"),
        ("440524-19800101-0014", "440***********0014"),
        ("110105 19491231 002x", "110***********002x"),
        ("110105491231002", "110********1002"),
        ("110105001001002", "110105001001002"),
        ("a110105491231002", "a110105491231002"),
        ("p13800138000", "p13800138000"),
        ("990101001001000013", "990101001001000013"),
        (HASH, HASH),
        ("gg_abcdefghij", "gg_***"),
        ("a\0b", "a\ufffdb"),
    ],
)
def test_a_code_is_masked_where_it_is_a_number_of_somebody(code: str, kept: str) -> None:
    entry = Entry("person.read", "refused", "person", code, f"about {code}", {code: [code]})
    row = row_of(entry, "anonymous", None)
    assert row["object_code"] == kept
    assert row["reason"] == f"about {kept}"
    assert row["detail"] == {kept: [kept]}


@pytest.mark.parametrize("name", ["13800138000", "110105194912310021", "gg_wang_the_clerk"])
def test_accounts_are_told_apart_whatever_their_names_are(name: str) -> None:
    row = row_of(Entry("account.disable", "ok", "account", name), f"account:{name}", None)
    assert (row["actor"], row["object_code"]) == (f"account:{name}", name)
