"""The queue: findings merged, ranked, silent where a person has spoken; found again only where something changed."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.document import Document
from engine.edits import PutKeyframe, PutReview, apply
from engine.errors import ToolError
from engine.review.base import Finding, FindingSpec, kinds
from engine.review.queue import Reviewer, ranked
from engine.review.states import judged
from tests.engine.review.courses import COUNT, document, key, moved, straight, track, with_keys

SPECS = {
    "sure": FindingSpec("sure", "", 0.5, "", "tracks", reach=4, middle=0.5, width=0.1),
    "exact": FindingSpec("exact", "", 0.5, "", "tracks", middle=0.5, width=0.1),
    "weak": FindingSpec("weak", "", 0.5, "", "tracks", middle=2.0, width=0.5),
}
JUMPED = {frame: moved(straight(frame), 50, 30) for frame in range(28, 34)}


def finding(kind: str, first: int, last: int, worst: int, score: float = 1.0, ids: tuple[int, ...] = (1,)) -> Finding:
    return Finding(kind, first, last, worst, ids, score, f"{kind} at {worst}")


def test_neighbours_are_one_entry_whose_worst_frame_is_the_most_exact_kinds() -> None:
    found = [finding("sure", 10, 14, 12), finding("exact", 16, 16, 16), finding("weak", 20, 20, 20)]
    first, second = ranked(document(track()), found, SPECS)
    assert (first.first, first.last, first.worst, first.kinds) == (10, 16, 16, ("sure", "exact"))
    assert (second.kinds, second.worst) == (("weak",), 20)
    assert first.likely > 0.99 > 0.5 > second.likely


def test_what_two_kinds_say_counts_for_more_than_what_one_says_twice() -> None:
    twice = [finding("sure", 10, 10, 10, 0.55), finding("sure", 12, 12, 12, 0.55)]
    both = [finding("sure", 30, 30, 30, 0.55), finding("exact", 32, 32, 32, 0.55)]
    assert [entry.first for entry in ranked(document(track()), [*twice, *both], SPECS)] == [30, 10]


def test_other_tracks_are_other_entries_and_long_stretches_are_not_one() -> None:
    found = [finding("sure", 10, 10, 10), finding("sure", 10, 10, 10, ids=(2,))]
    found += [finding("exact", frame, frame, frame) for frame in range(20, 20 + 3 * 50, 3)]
    entries = ranked(document(track()), found, SPECS)
    assert len(entries) == 6 and max(entry.last - entry.first for entry in entries) < 45


def test_of_pictures_each_is_an_entry_of_its_own() -> None:
    found = [finding("sure", frame, frame, frame, ids=(7,)) for frame in (3, 4, 4)]
    assert [(entry.first, entry.last) for entry in ranked(document(track()), found, SPECS)] == [(3, 3), (4, 4)]


def test_accepted_ranges_are_silent_until_the_track_changes_there() -> None:
    spoiled = document(track(spoiled=JUMPED))
    reviewer = Reviewer()
    (entry,) = reviewer.entries(spoiled)
    assert entry.first <= 28 <= entry.last and entry.state == "unseen" and "jumps by" in entry.text
    accepted = judged(spoiled.tracks[1], entry.first, entry.last, "accepted", by="me")
    settled, _ = apply(spoiled, PutReview(1, accepted))
    assert reviewer.entries(settled) == ()
    elsewhere, _ = apply(settled, PutKeyframe(1, key(50, moved(straight(50), 0.5, 0), "human")))
    assert reviewer.entries(elsewhere) == ()
    here, _ = apply(settled, PutKeyframe(1, key(30, moved(straight(30), 70, 30))))
    (again,) = reviewer.entries(here)
    assert again.state == "unseen"


def test_a_persons_keyframe_is_silent_whatever_a_kind_says() -> None:
    def in_track(course: Any, given: Any) -> Iterator[Finding]:
        yield finding("any", 20, 22, 21)

    asked: dict[str, Any] = {"any": SimpleNamespace(SPEC=FindingSpec("any", "", 0.5, "", "tracks"), in_track=in_track)}
    assert len(Reviewer(asked).entries(document(track()))) == 1
    assert Reviewer(asked).entries(document(with_keys(track(), key(21, straight(21), "human")))) == ()


def test_flagged_ranges_stay_and_say_so() -> None:
    spoiled = document(track(spoiled=JUMPED))
    (entry,) = Reviewer().entries(spoiled)
    flagged = judged(spoiled.tracks[1], entry.first, entry.last, "flagged", comment="?")
    (now,) = Reviewer().entries(apply(spoiled, PutReview(1, flagged))[0])
    assert now.state == "flagged"


def counting(asked: list[Any]) -> dict[str, Any]:
    """Return kinds that note what they are asked about."""

    def in_track(course: Any, given: Any) -> Iterator[Finding]:
        asked.append(course.track.id)
        yield finding("track", 1, 1, 1, ids=(course.track.id,))

    def of_two(one: Any, other: Any, given: Any) -> Iterator[Finding]:
        asked.append((one.track.id, other.track.id))
        yield from ()

    def in_frame(shapes: Any, before: Any, after: Any, frame: int, given: Any) -> Iterator[Finding]:
        asked.append(f"frame {frame}")
        yield from ()

    specs = {name: FindingSpec(name, "", 0.5, "", "tracks") for name in ("track", "two", "frame")}
    functions = {"track": {"in_track": in_track}, "two": {"of_two": of_two}, "frame": {"in_frame": in_frame}}
    return {name: SimpleNamespace(SPEC=spec, **functions[name]) for name, spec in specs.items()}


def test_an_edit_has_only_what_it_touched_looked_at_again() -> None:
    asked: list[Any] = []
    before = document(track(1), track(2), track(3, way=lambda f: moved(straight(f), 0, 200)), track(4, label="bus"))
    reviewer = Reviewer(counting(asked))
    assert len(reviewer.findings(before)) == 4 and asked == [1, 2, 3, 4, (1, 2)]
    asked.clear()
    assert len(reviewer.findings(before)) == 4 and asked == []
    after, _ = apply(before, PutKeyframe(3, key(20, straight(20))))
    assert len(reviewer.findings(after)) == 4 and asked == [3, (1, 3), (2, 3)]
    asked.clear()
    reviewer.findings(replace(after, tracks=after.tracks.delete(2)))
    assert asked == []


def test_frames_are_looked_at_again_where_shapes_or_those_beside_them_changed() -> None:
    from engine.document import Shape
    from engine.edits import PutShape

    asked: list[Any] = []
    boxes = tuple(Shape(n, n, "car", "rectangle", ((1.0, 1.0), (9.0, 9.0))) for n in range(1, 9))
    before = document(shapes=boxes)
    reviewer = Reviewer(counting(asked))
    reviewer.findings(before)
    asked.clear()
    after, _ = apply(before, PutShape(replace(boxes[4], label="bus")))
    reviewer.findings(after)
    assert sorted(asked) == ["frame 4", "frame 5", "frame 6"]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, COUNT - 2), st.integers(-80, 80)), min_size=1, max_size=6))
def test_what_is_found_after_edits_is_what_a_fresh_look_finds(edits: list[tuple[int, int, int]]) -> None:
    now: Document = document(*(track(n, way=lambda f, n=n: moved(straight(f), 0, 25 * n)) for n in (1, 2, 3)))
    reviewer = Reviewer()
    reviewer.entries(now)
    for number, frame, far in edits:
        now, _ = apply(now, PutKeyframe(number, key(frame, moved(straight(frame), far, far))))
        assert reviewer.entries(now) == Reviewer().entries(now)


def test_parameters_change_what_is_found_and_unknown_ones_are_named() -> None:
    spoiled = document(track(spoiled=JUMPED))
    assert Reviewer({"jump": kinds()["jump"]}, {"jump": {"threshold": 1e6}}).entries(spoiled) == ()
    with pytest.raises(ToolError, match="least"):
        Reviewer(given={"jump": {"leest": 1.0}})
    with pytest.raises(ToolError, match="jump"):
        Reviewer(given={"jmup": {"threshold": 1.0}})
