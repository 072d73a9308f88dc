"""Text from strangers: whatever goes in, nothing that commands a terminal comes out."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.text import plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("car 1", "car 1"),
        ("Fußgänger 行人 👩‍🚒", "Fußgänger 行人 👩‍🚒"),
        ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
        ("a\nb\tc\r", "a␊b␉c␍"),
        ("a\u2028b", "a␊b"),
        ("\x9b2J\x7f", "\ufffd2J␡"),
        ("abc\u202etxt.exe", "abc\ufffdtxt.exe"),
        ("\ud83d", "\ufffd"),
        ("\U000e0041", "\ufffd"),
    ],
)
def test_table(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_cut() -> None:
    assert plain("abcdefgh", 5) == "abcd…"
    assert plain("abcde", 5) == "abcde"


@given(st.text(st.characters(exclude_categories=[])))
def test_nothing_unsafe_comes_out(text: str) -> None:
    shown = plain(text)
    assert len(shown) == len(text)
    assert not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in shown)
    assert not any(
        unicodedata.bidirectional(char) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
        for char in shown
    )
    shown.encode()
    assert plain(shown) == shown
