"""States of review: of ranges, counted as long as what was judged stands there, and saved with the track."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from engine.document import Review
from engine.edits import PutReview, apply
from engine.errors import AppError
from engine.review.states import counts, evidence, judged, progress, settled, state_of, unseen
from engine.store import decode, encode
from tests.engine.review.courses import document, key, moved, straight, track, with_keys


def test_the_newest_word_counts_and_the_rest_of_an_earlier_range_stays() -> None:
    one = replace(track(), review=judged(track(), 10, 30, "accepted", by="a", at="2026-01-01"))
    two = replace(one, review=judged(one, 20, 22, "flagged", comment="?"))
    assert [(r.first, r.last, r.state) for r in two.review] == [
        (10, 19, "accepted"), (20, 22, "flagged"), (23, 30, "accepted")
    ]  # fmt: skip
    assert [state_of(two, *span) for span in ((12, 15), (21, 21), (25, 30), (18, 24), (40, 41))] == [
        "accepted", "flagged", "accepted", "unseen", "unseen"
    ]  # fmt: skip
    assert settled(two, 15) and not settled(two, 21) and not settled(two, 50)
    assert progress(two) == {"accepted": 2, "flagged": 1}
    assert [(r.first, r.last) for r in unseen(two, 15, 40)] == [(10, 14)]


@pytest.mark.parametrize(
    ("frame", "by", "stands"), [(20, "csrt", False), (20, "human", False), (9, "csrt", True), (31, "human", True)]
)
def test_a_range_whose_evidence_changed_is_unseen_again(frame: int, by: str, stands: bool) -> None:
    one = replace(track(), review=judged(track(), 10, 30, "accepted"))
    edited = with_keys(one, key(frame, moved(straight(frame), 3, 0), by))
    assert state_of(edited, 10, 30) == ("accepted" if stands else "unseen")


def test_what_lies_between_keyframes_is_evidence_by_those_beside_it() -> None:
    sparse = replace(track(), keyframes=track().keyframes[::10])
    one = replace(sparse, review=judged(sparse, 12, 18, "accepted"))
    assert state_of(with_keys(one, key(20, straight(25))), 12, 18) == "unseen"
    assert state_of(with_keys(one, key(30, straight(35))), 12, 18) == "accepted"
    assert evidence(sparse, 12, 18) != evidence(replace(sparse, label="bus"), 12, 18)


def test_a_review_without_a_digest_counts_whatever_stands_there() -> None:
    assert counts(track(), Review(3, 9, "accepted"))
    assert not counts(track(), Review(3, 9, "accepted", evidence="0"))


def test_states_are_saved_and_undone() -> None:
    before = document(track())
    after, back = apply(before, PutReview(1, judged(before.tracks[1], 5, 9, "fixed", reason="jump", by="me", at="now")))
    read = decode(encode(after)).document if hasattr(decode(encode(after)), "document") else decode(encode(after))
    assert read.tracks[1] == after.tracks[1] and state_of(read.tracks[1], 5, 9) == "fixed"
    assert apply(after, back)[0].tracks[1] == before.tracks[1]
    with pytest.raises(AppError):
        apply(before, PutReview(1, (Review(1, 2, "fixed", evidence="\ud800"),)))
