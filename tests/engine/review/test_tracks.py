"""Kinds of trouble that go by geometry: each finds its own fault where it is, and nothing in a track that is right."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from msgspec.structs import replace

from engine.document import Document, Keyframe, Shape, Track
from engine.review.base import kinds
from engine.review.queue import Reviewer
from tests.engine.review.courses import COUNT, Box, document, key, moved, straight, track, with_keys

NEEDS_PIXELS = {name for name, kind in kinds().items() if kind.SPEC.cost == "pixels"}
OF_STILLS = {"bare", "margin", "sizes"}
ABOUT_TRACKS = sorted(
    name
    for name, kind in kinds().items()
    if kind.SPEC.about == "tracks" and name not in NEEDS_PIXELS and name not in OF_STILLS
)
MIDDLE = range(28, 34)


def narrow(box: Box) -> Box:
    return box[0], box[1], box[0] + 25, box[3]


def trembling(frame: int) -> Box:
    return moved(straight(frame), 8 * (-1) ** frame, 6 * (-1) ** (frame // 2))


def crossing(frame: int) -> Box:
    """Go from right to left along the way of `straight`, a little lower."""
    return moved(straight(COUNT - 1 - frame), 0, 15)


def jumped() -> Document:
    return document(track(spoiled={frame: moved(straight(frame), 50, 30) for frame in MIDDLE}))


def swapped() -> Document:
    """Two tracks that cross in the middle and go on exchanged, up to a person's keyframes at their ends."""
    later = range(31, COUNT - 1)
    one, other = {f: crossing(f) for f in later}, {f: straight(f) for f in later}
    return document(track(1, one), track(2, other, crossing))


def scored() -> Document:
    keys = [key(frame, straight(frame), score=0.3 if frame in MIDDLE else 0.9) for frame in range(1, COUNT - 1)]
    return document(with_keys(track(), *keys))


def disagreed() -> Document:
    keys = [key(f, straight(f), "fill", agreement=0.2 if f in MIDDLE else 0.9) for f in range(1, COUNT - 1)]
    return document(with_keys(track(), *keys))


def at_border() -> Document:
    """Go to the right border, and stay there."""
    return document(track(way=lambda f: moved(straight(0), min(480, 24 * f), 0)))


def long_gap() -> Document:
    whole = track()
    keys = tuple(one for one in whole.keyframes if one.frame % 5 == 0 and not 15 < one.frame < 45)
    return document(replace(whole, keyframes=keys))


def standing() -> Document:
    whole = track()
    return document(replace(whole, keyframes=whole.keyframes[:30]))


def ended(number: int = 1, frames: range = range(30)) -> Track:
    whole = track(number, frames=range(frames[0], frames[-1] + 2))
    keys = (*whole.keyframes[:-1], key(frames[-1] + 1, straight(frames[-1]), outside=True))
    return replace(whole, keyframes=keys)


def lost() -> Document:
    """Lost in the middle, up to a person's keyframe."""
    whole = track()
    gone, back = key(30, straight(29), outside=True), key(45, straight(45), "human")
    return document(replace(whole, keyframes=(*whole.keyframes[:30], gone, back, *whole.keyframes[46:])))


def turned() -> Document:
    def attributes(frame: int) -> dict[str, str | float | bool]:
        return {"door": "open" if frame in (30, 31) else "shut"}

    return document(with_keys(track(), *(key(f, straight(f), attributes=attributes(f)) for f in range(1, 59))))


CASES: dict[str, tuple[Callable[[], Document], range]] = {
    "jump": (jumped, range(27, 35)),
    "overlap": (jumped, range(27, 35)),
    "course": (lambda: document(track(spoiled={f: moved(straight(f), 0, 12 * (f - 20)) for f in range(21, 28)}
                                      | {f: moved(straight(f), 0, 84) for f in range(28, 40)})), range(18, 43)),
    "size": (lambda: document(track(spoiled={f: narrow(straight(f)) for f in MIDDLE})), range(27, 35)),
    "jitter": (lambda: document(track(spoiled={f: trembling(f) for f in range(20, 40)})), range(18, 42)),
    "score": (scored, MIDDLE),
    "passes": (disagreed, MIDDLE),
    "border": (at_border, range(18, COUNT)),
    "interpolated": (long_gap, range(16, 45)),
    "standing": (standing, range(30, COUNT)),
    "ended": (lambda: document(ended()), range(30, 31)),
    "lost": (lost, range(30, 45)),
    "doubled": (lambda: document(track(), track(2, way=lambda f: moved(straight(f), 2, 1), frames=range(20, 40))),
                range(20, 40)),
    "exchanged": (swapped, range(29, 34)),
    "resumed": (lambda: document(ended(), track(2, frames=range(35, COUNT))), range(29, 36)),
    "flips": (turned, range(30, 32)),
    "empty": (lambda: document(ended(), track(2, frames=range(32, COUNT))), range(30, 32)),
}  # fmt: skip


@pytest.mark.parametrize("kind", ABOUT_TRACKS)
def test_a_kind_finds_its_fault_where_it_is(kind: str) -> None:
    make, frames = CASES[kind]
    spec = kinds()[kind].SPEC
    found = list(kinds()[kind].find(make(), spec.threshold))
    assert found and all(finding.worst in frames for finding in found), found
    assert {finding.ids[0] for finding in found} <= {1, 2}


@pytest.mark.parametrize("kind", [kind for kind in ABOUT_TRACKS if kind != "flips"])  # a flip is one or is none
def test_a_fault_counts_from_its_score_on(kind: str) -> None:
    there = CASES[kind][0]()
    found = max(kinds()[kind].find(there, kinds()[kind].SPEC.threshold), key=lambda finding: finding.score)
    assert {one.score for one in kinds()[kind].find(there, found.score)} == {found.score}
    assert list(kinds()[kind].find(there, found.score + 1e-6)) == []


@pytest.mark.parametrize("kind", ABOUT_TRACKS)
def test_a_kind_has_nothing_to_say_of_tracks_that_are_right(kind: str) -> None:
    apart = track(2, way=lambda frame: moved(straight(frame), 30, 120))
    spec = kinds()[kind].SPEC
    assert list(kinds()[kind].find(document(track(), apart), spec.threshold)) == []


@pytest.mark.parametrize("kind", ABOUT_TRACKS)
@pytest.mark.parametrize(
    "odd",
    [
        Track(1, "car", "rectangle"),
        Track(1, "car", "rectangle", keyframes=(key(3, straight(3)),)),
        Track(1, "car", "rectangle", keyframes=(Keyframe(3, outside=True),)),
        Track(1, "car", "polygon", keyframes=(Keyframe(3, by="csrt"), Keyframe(9, ((1.0, 1.0),), by="csrt"))),
        Track(1, "car", "rectangle", keyframes=tuple(key(f, (5.0, 5.0, 5.0, 5.0)) for f in range(9))),
        Track(1, "car", "rectangle", keyframes=tuple(key(f, (1e7, -1e7, 1e7, -1e7)) for f in range(0, 90, 9))),
    ],
    ids=["no keyframe", "one", "only outside", "no points", "no area", "beyond the media"],
)
def test_odd_tracks_break_nothing(kind: str, odd: Track) -> None:
    spec = kinds()[kind].SPEC
    with np.errstate(divide="raise", over="raise", invalid="raise"):
        for finding in kinds()[kind].find(document(odd, replace(odd, id=2)), spec.threshold):
            assert 0 <= finding.first <= finding.worst <= finding.last < COUNT and np.isfinite(finding.score)


def test_a_jump_of_a_person_is_none_but_the_step_of_a_machine_beside_it_is() -> None:
    far = [key(f, moved(straight(f), 50, 30), "human") for f in (29, 30)]
    found = Reviewer({"jump": kinds()["jump"]}).findings(document(with_keys(track(), *far)))
    assert {finding.worst for finding in found} == {28, 31}


def test_an_object_that_leaves_the_frame_may_end() -> None:
    def leaving(frame: int) -> Box:
        return moved(straight(0), 380 + 12 * frame, 0)

    whole = track(way=leaving, frames=range(11))
    gone = replace(whole, keyframes=(*whole.keyframes[:-1], key(10, leaving(10), outside=True)))
    assert list(kinds()["ended"].find(document(gone), 0.6)) == []


def test_two_that_meet_while_one_jumps_elsewhere_are_not_exchanged() -> None:
    away = track(1, {frame: moved(straight(frame), 150, 150) for frame in range(30, 36)})
    assert list(kinds()["exchanged"].find(document(away, track(2, way=crossing)), 0.5)) == []


def test_shapes_whose_label_turns_for_a_frame() -> None:
    labels = {3: "bus"}
    shapes = tuple(Shape(f, f, labels.get(f, "car"), "rectangle", ((2.0, 2.0), (9.0, 9.0))) for f in range(1, 6))
    (found,) = kinds()["flips"].find(document(shapes=shapes), 0.5)
    assert (found.ids, found.worst, found.text) == ((3,), 3, "rectangle 3 (bus) is car before and after")


def test_what_is_said_cannot_command_a_terminal() -> None:
    said = [
        f.text for f in Reviewer().findings(document(track(label="\x1b[2J", spoiled={30: moved(straight(30), 90, 0)})))
    ]
    assert said and not any("\x1b" in text for text in said)


def test_a_limb_that_moves_one_side_is_no_trembling() -> None:
    spoiled = {f: trembling(f) for f in range(20, 40)}
    limb = {f: (x1, *straight(f)[1:]) for f, (x1, _, _, _) in spoiled.items()}
    jitter = kinds()["jitter"]
    assert [*jitter.find(document(track(spoiled=spoiled)), jitter.SPEC.threshold)]
    assert not [*jitter.find(document(track(spoiled=limb)), jitter.SPEC.threshold)]


@pytest.mark.parametrize("calm", [0.0, 0.05], ids=["straight", "calmer"])
def test_a_calm_fault_makes_no_trembling_of_the_rest(calm: float) -> None:
    """A frozen box, or one on an object that stands, says nothing of how much the object itself may tremble."""

    def lively(frame: int) -> Box:
        far = (calm if 5 <= frame < 29 else 0.75 if 40 <= frame < 55 else 0.4) * (-1) ** frame
        return moved(straight(0), 2 * frame + far, far)

    jitter = kinds()["jitter"]
    assert not [*jitter.find(document(track(way=lively)), jitter.SPEC.threshold)]
    spoiled = {f: moved(lively(f), 4 * (-1) ** f, 4 * (-1) ** f) for f in range(30, 40)}
    assert [*jitter.find(document(track(spoiled=spoiled, way=lively)), jitter.SPEC.threshold)]


@pytest.mark.parametrize("length", range(1, 9))
def test_a_jump_there_and_back_is_a_jump_and_no_trembling(length: int) -> None:
    jumped = {frame: moved(straight(frame), 50, 30) for frame in range(30, 30 + length)}
    reviewer = Reviewer({name: kinds()[name] for name in ("jump", "jitter")})
    assert {entry.kinds for entry in reviewer.entries(document(track(spoiled=jumped)))} == {("jump",)}


def test_one_jump_on_a_way_that_is_straight_otherwise_is_found_where_it_is() -> None:
    """What is interpolated hardly bends: its only bends are those of the jump, and say nothing of what is usual."""

    def way(frame: int) -> Box:
        return 100 + 4.0 * frame, 200.0, 160 + 4.0 * frame, 240.0

    jumped = document(track(spoiled={30: moved(way(30), 50, 30)}, way=way))
    (entry,) = Reviewer({"jump": kinds()["jump"]}).entries(jumped)
    assert (entry.first, entry.last) == (29, 31)
