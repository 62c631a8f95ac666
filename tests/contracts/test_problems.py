"""Each error has one code of its own, and the catalogue that people read is complete."""

import re
from collections import Counter

import pytest

from tests.support.catalogue import Entry, entries, page
from tests.support.source import ROOT


def test_codes_are_unique() -> None:
    twice = {code: count for code, count in Counter(one.code for one in entries()).items() if count > 1}
    assert twice == {}


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.code)
def test_a_code_is_a_name_and_its_title_a_sentence(entry: Entry) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]{2,40}", entry.code)
    assert entry.title[0].isupper() and not entry.title.endswith(".")
    assert 400 <= entry.status < 600


def test_the_catalogue_is_written_down() -> None:
    assert (ROOT / "docs" / "problems.md").read_text() == page(), (
        "python -m tests.support.catalogue > docs/problems.md"
    )
