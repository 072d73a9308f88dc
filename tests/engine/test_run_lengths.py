"""Run lengths: masks and the rules take the same strings, and no others."""

from __future__ import annotations

import pytest

from engine import masks, rules, run_lengths
from engine.document import Rle
from engine.errors import FormatError


@pytest.mark.parametrize(
    ("counts", "runs"),
    [
        ("", []), ("4", [4]), ("121", [1, 2, 1]),
        ("1212", [1, 2, 1, 4]),  # from the fourth on: added to the last but one
        ("P1", [32]), ("1214N", [1, 2, 1, 6, -1]),
        ("1\N{LATIN SMALL LETTER E WITH ACUTE}", None), ("/", None), ("p", None), ("P", None), ("P" * 9 + "0", None),
    ],
)  # fmt: skip
def test_a_string_is_read_or_broken(counts: str, runs: list[int] | None) -> None:
    found = run_lengths.read(counts)
    assert (None if found is None else found.tolist()) == runs


@pytest.mark.parametrize("counts", ["121", "P1", "1214N", "P", "P" * 9 + "0", "", "1\N{DEGREE SIGN}"])
def test_what_the_rules_pass_is_a_mask_and_nothing_else_is(counts: str) -> None:
    length = rules.rle_length(counts)
    try:
        masks.counts_of(Rle((max(length, 1), 1), counts))
    except FormatError:
        assert length < 0
    else:
        assert length > 0
