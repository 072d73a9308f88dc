"""From actions and commits of a real session to deeds: whose keys and seconds they were."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from engine.document import Keyframe, Shape, Track
from engine.edits import DropShape, PutReview, PutShape, PutShapes, PutTrack
from engine.effort.deeds import Deed, by_person
from engine.ready import ready
from engine.review.states import judged
from engine.review.stills import judging
from tests.engine.actions.conftest import Bench

BOX = ((10.0, 10.0), (60.0, 50.0))


class Timed(Bench):
    """A bench on which every key takes two seconds, and what it was told of."""

    def __init__(self) -> None:
        super().__init__()
        self.time, self.deeds = 100.0, list[Deed]()
        self.session.view.clock = lambda: self.time
        self.session.effort.listeners.append(self.deeds.append)

    def do(self, text: str) -> Timed:
        self.time += 2
        super().do(text)
        return self

    def told(self) -> list[Deed]:
        deeds, self.deeds[:] = [*self.deeds], []
        return deeds

    def boxed(self, x: float, y: float) -> None:
        """Draw a rectangle."""
        self.do("draw.start rectangle").at(x, y).do("point.positive")
        self.at(x + 50, y + 40).do("point.positive")


@pytest.fixture
def bench() -> Timed:
    return Timed()


def test_what_is_drawn_costs_the_keys_since_the_last_object(bench: Timed) -> None:
    bench.boxed(10, 10)
    bench.boxed(100, 10)
    assert bench.told() == [Deed("rectangle", 1, keys=3, seconds=4.0), Deed("rectangle", 1, keys=3, seconds=6.0)]


def test_turning_to_another_picture_costs_no_tool_anything_and_a_long_pause_counts_as_a_short_one(bench: Timed) -> None:
    bench.do("frames.step 1").do("view.zoom 1")
    bench.boxed(10, 10)
    bench.time += 10_000
    bench.boxed(100, 10)
    assert [(deed.keys, deed.seconds) for deed in bench.told()] == [(3, 6.0), (3, 64.0)]


def test_an_interactor_has_its_prompt_the_correction_and_what_undo_takes_back(bench: Timed) -> None:
    bench.do("tool.interact graphcut").at(120, 100).do("point.positive").at(200, 30).do("point.negative")
    bench.do("tool.finish")
    assert bench.told() == [Deed("graphcut", 1, keys=4, seconds=6.0)]
    bench.do("tool.redraw").at(150, 100).do("point.positive").do("tool.finish")
    bench.do("history.undo").do("history.undo").do("history.redo")
    changed, back, gone, again = bench.told()
    assert (changed.tool, changed.changed, changed.keys) == ("graphcut", 1, 3)
    assert (back.undone, gone.undone, again.undone) == (0, 1, -1)


def test_a_tool_that_is_given_up_has_cost_something_all_the_same(bench: Timed) -> None:
    bench.do("tool.interact graphcut").at(120, 100).do("point.positive")
    while bench.session.gesture.mode != "main":
        bench.do("tool.cancel")
    bench.boxed(10, 10)
    given_up, drawn = bench.told()
    assert (given_up.tool, given_up.made, given_up.keys > 2) == ("graphcut", 0, True)
    assert (drawn.tool, drawn.keys) == ("rectangle", 3)


def test_what_the_mouse_passes_and_what_happens_by_itself_is_no_key(bench: Timed) -> None:
    bench.do("draw.start rectangle").at(10, 10).do("point.positive")
    for x in range(20, 60):
        bench.time += 0.01
        bench.at(x, 30)
    bench.do("job.stop read").do("point.positive")
    (deed,) = bench.told()
    assert deed.keys == 3


def test_copies_and_objects_made_of_others_are_not_made_by_the_tool(bench: Timed) -> None:
    bench.boxed(10, 10)
    bench.do("shape.copy").do("frames.step 1").do("shape.paste").do("track.convert")
    _, copied, converted = bench.told()
    assert (copied.tool, copied.made) == ("", 1)
    assert converted.made == 0 and converted.changed


def test_a_run_has_the_keys_that_began_it_and_no_others(bench: Timed) -> None:
    bench.session.commit("Track", PutTrack(Track(7, "car", "rectangle", tracker="csrt", keyframes=(Keyframe(0, BOX),))))
    bench.told()
    found = [Shape(20 + n, 0, "car", "rectangle", BOX, source="auto", model="hog") for n in range(3)]
    bench.do("detect.again")
    edits = (PutShapes(tuple(found)),)
    made = ready("Found", bench.session.document, lambda document: edits, bench.session.media.frames.picture, "run 1")
    bench.time += 3
    bench.session.take_over(made, lazily=True)
    bench.do("draw.start rectangle")
    more = (PutShapes(tuple(replace(one, id=one.id + 10) for one in found)),)
    made = ready("Found", bench.session.document, lambda document: more, bench.session.media.frames.picture, "run 1")
    bench.session.take_over(made, lazily=True)
    first, second = bench.told()
    assert (first.tool, first.made, first.keys, second.made, second.is_free) == ("hog", 3, 1, 3, True)
    bench.at(10, 10).do("point.positive").at(60, 60).do("point.positive")
    (drawn,) = bench.told()
    assert drawn.keys == 3


def test_whose_objects_a_commit_touches(bench: Timed) -> None:
    auto = Shape(1, 0, "car", "rectangle", BOX, source="auto", model="hog")
    mine = Shape(2, 0, "car", "rectangle", BOX)
    parts = [Shape(number, 0, "car", "rectangle", BOX, group=9) for number in (3, 4)]
    track = Track(7, "car", "rectangle", tracker="csrt", keyframes=(Keyframe(0, BOX),))
    bench.session.commit("All", PutShape(auto), PutShape(mine), *map(PutShape, parts), PutTrack(track), touches=False)
    before = bench.session.document

    def verbs(*edits: object) -> dict[str, dict[str, int]]:
        return {tool: dict(counts) for tool, counts in by_person(before, edits).items()}  # type: ignore[arg-type]

    assert verbs(PutShape(replace(auto, label="person")), DropShape(0, 2)) == {
        "hog": {"changed": 1}, "rectangle": {"removed": 1}
    }  # fmt: skip
    assert verbs(*(PutShape(replace(part, label="person")) for part in parts)) == {"rectangle": {"changed": 1}}
    assert verbs(PutReview(7, judged(track, 0, 0, "accepted"))) == {}
    assert verbs(*judging(before, 0, (1,), "flagged")) == {}
    many = PutShapes(tuple(replace(mine, id=100 + number, frame=1) for number in range(2_000)))
    assert verbs(many) == {"rectangle": {"made": 2_000}}
