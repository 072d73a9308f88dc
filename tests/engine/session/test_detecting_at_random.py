"""Detectors, hints, the slider, a person's changes, undo and redo in random order: what must hold after each step."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from engine.detected import is_replaceable
from engine.document import Shape
from engine.edits import DropShape, PutShape
from engine.errors import AppError
from engine.gestures import Hinting, Sifting, hinting, sifting
from tests.engine.session.blobs import Finder

FRAMES = 3


class Person:
    """Does something at random."""

    def __init__(self, finder: Finder, seed: int) -> None:
        self.finder, self.session, self.dice = finder, finder.session, random.Random(seed)
        self.first = self.state()
        self.renamed = 0

    def state(self) -> tuple[object, ...]:
        document = self.session.document
        return document.frames, document.labels, document.tables

    def do(self, *commands: str) -> None:
        self.finder.do(*commands)

    def shape(self) -> Shape | None:
        shapes = [*self.session.document.all_shapes()]
        return self.dice.choice(shapes) if shapes else None

    # what can be done

    def detect(self) -> None:
        self.finder.detect(self.dice.choice(["frame", "all", "1-2"]))

    def detect_a_part(self) -> None:
        """Begin a run, do something meanwhile, and stop it, go on to its end, or take it back."""
        self.finder.by_hand = True
        self.finder.detect("all")
        self.finder.by_hand = False
        self.finder.advance(self.dice.randrange(4)) if self.finder.waiting else None
        for _ in range(self.dice.randrange(2)):
            self.dice.choice([self.move, self.delete, self.slide])()
        if self.dice.random() < 0.5:
            self.do("track.stop")
        self.finder.finish()

    def slide(self) -> None:
        """Take what is shown of a score, which then is what stands there; the same again is no step."""
        self.do("tool.cancel", "detect.sift", f"detect.confidence {self.dice.choice([-0.3, -0.1, 0.1, 0.3])}")
        held = self.session.gesture
        shown = sifting.objects_now(self.session, held) if isinstance(held, Sifting) else None
        self.do("tool.finish")
        if shown is not None and not self.session.runs.busy:
            assert sorted(bare(shape) for one in shown for shape in one.shapes) == sorted(map(bare, self.untouched()))
            depth = len(self.session.history)
            self.do("detect.sift", "tool.finish")
            assert len(self.session.history) == depth

    def untouched(self) -> list[Shape]:
        shapes, locked = self.session.document.shapes(self.session.frame), self.session.selection.locked
        return [shape for shape in shapes if is_replaceable(shape, "blobs", locked)]

    def hints(self) -> None:
        self.session.runs.results.last = "blobs"
        self.do("hints.open")
        for _ in range(3):
            held = self.session.gesture
            if not isinstance(held, Hinting):
                return
            letters = hinting.left(self.session, held)[0].name
            letters = letters if self.dice.random() < 0.7 else letters.upper()
            for letter in letters:
                self.finder.actions["hints.type"].run(self.session, letter)
        self.do(self.dice.choice(["hints.back", "hints.all", "history.undo", "tool.cancel"]), "tool.cancel")

    def move(self) -> None:
        if (shape := self.shape()) is not None and shape.points:
            points = tuple((x / 2, y / 2) for x, y in shape.points)
            self.session.commit("Move", PutShape(replace(shape, points=points)))

    def verify(self) -> None:
        if (shape := self.shape()) is not None:
            self.session.commit("Verify", PutShape(replace(shape, verified=not shape.verified)))

    def delete(self) -> None:
        if (shape := self.shape()) is not None:
            self.session.commit("Delete", DropShape(shape.frame, shape.id))

    def lock(self) -> None:
        if (shape := self.shape()) is not None:
            self.session.selection.locked = frozenset({shape.id})

    def polygons(self) -> None:
        self.session.set(polygons=not self.session.settings.polygons)

    def table(self) -> None:
        ours = self.dice.choice(["disc", "square", "wheel", ""])
        rows = [{"theirs": "disc", "ours": ours}, {"theirs": "square", "ours": "square", "threshold": 0.6}]
        self.finder.actions["detect.table"].run(self.session, "blobs", rows)

    def rename(self) -> None:
        label = self.dice.choice(self.session.document.labels)
        self.renamed += 1
        self.finder.actions["label.edit"].run(self.session, label.name, {"name": f"label {self.renamed}"})

    def step(self) -> None:
        self.do("tool.cancel", f"frames.go {self.dice.randrange(FRAMES) + 1}")

    def undo(self) -> None:
        self.do("tool.cancel", "history.undo")

    def redo(self) -> None:
        self.do("tool.cancel", "history.redo")


def bare(shape: Shape) -> str:
    return repr(replace(shape, id=0, group=0))


def theirs(person: Person) -> dict[int, Shape]:
    """Return what no run may change: what a person has made, changed or verified, and what is locked."""
    locked = person.session.selection.locked
    shapes = person.session.document.all_shapes()
    return {one.id: one for one in shapes if one.source != "auto" or one.verified or one.id in locked}


def check(person: Person) -> None:
    """Fail where ids are not unique, labels are missing, or undo and redo lead elsewhere than they came from."""
    document, depth = person.session.document, len(person.session.history)
    ids = [shape.id for shape in document.all_shapes()]
    groups = {shape.group for shape in document.all_shapes()} - {0}
    assert len(ids) == len(set(ids)) and groups.isdisjoint(ids)
    assert max([0, *ids, *groups]) < document.next_id
    assert all(document.label(shape.label) is not None for shape in document.all_shapes())
    assert not person.session.runs.busy and not person.session.jobs.running
    if person.dice.random() < 0.2:
        assert undone(person) == person.first and depth == len(person.session.history)


def undone(person: Person) -> tuple[object, ...]:
    """Take everything back and do it again, which must lead to where it was; return what was there in between."""
    before, depth = person.state(), len(person.session.history)
    for _ in range(depth):
        person.session.undo()
    first = person.state()
    for _ in range(depth):
        person.session.redo()
    assert person.state() == before
    return first


@pytest.mark.parametrize("seed", [1, 10, 11])
def test_whatever_is_done_in_whatever_order_undo_leads_back_and_nothing_of_a_person_is_lost(
    finder: Finder, seed: int
) -> None:
    person = Person(finder, seed)
    machine = [person.detect, person.slide, person.detect, person.slide, person.polygons]
    others: list[Callable[[], None]] = [
        person.detect_a_part, person.hints, person.move, person.verify, person.delete, person.lock, person.table,
        person.rename, person.step, person.undo, person.undo, person.redo,
    ]  # fmt: skip
    for _ in range(50):
        chosen = person.dice.choice([*machine, *others])
        before = theirs(person)
        try:
            chosen()
        except AppError:
            continue  # refused, with nothing changed: `check` sees to that with the next one
        if chosen in machine:
            after = theirs(person)
            assert all(after.get(number) == shape for number, shape in before.items())
        check(person)
