"""Certifying: bounds against scipy's, samples of all boxes there are, and what of an edit is noticed."""

from __future__ import annotations

from collections import Counter

import pytest
from immutables import Map
from msgspec.structs import replace
from scipy import stats
from scipy.special import bdtri

from benchmarks.certifying import RATES, planted_inside
from engine.document import Document, Keyframe, Label, MediaInfo, Shape, Track
from engine.edits import Arrange, PutCertificate, PutKeyframe, PutLabels, PutShape, PutTags, apply
from engine.errors import EditError, SettingsError
from engine.review.base import kinds
from engine.review.certify import (
    at_most,
    drawn,
    is_still_so,
    looked,
    needed,
    percent,
    share_of,
    shares,
    stated,
    statement,
    strips,
    toggled,
)

MANY = 10**9
BOX = ((10.0, 10.0), (30.0, 40.0))


def key(frame: int, *, outside: bool = False) -> Keyframe:
    return Keyframe(frame, BOX, outside=outside)


def shape(number: int, frame: int, label: str = "car") -> Shape:
    return Shape(number, frame, label, "rectangle", BOX)


def made(kind: str = "video") -> Document:
    """Return 20 frames: a track on 3..8 and from 15 on, one on 0..19 by two keyframes, shapes, one of them away."""
    tracks = {
        1: Track(1, "car", "rectangle", source="auto", keyframes=(key(3), key(6), key(9, outside=True), key(15))),
        2: Track(2, "person", "rectangle", keyframes=(key(0), key(19))),
    }
    shapes = {0: (shape(7, 0), shape(8, 0, "person")), 4: (shape(9, 4),), 25: (shape(10, 25),)}
    labels = (Label("car"), Label("person"), Label("bus"))
    return Document(MediaInfo("x", kind, 20, 100, 80), labels, Map(shapes), Map(tracks), next_id=11)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong, of", [(0, 10), (1, 10), (9, 10), (0, 299), (1, 299), (7, 299), (150, 299), (3, 2995)])
def test_a_bound_is_clopper_and_pearsons(wrong: int, of: int) -> None:
    assert at_most(wrong, of, MANY) == pytest.approx(bdtri(wrong, of, 0.05), abs=1e-12)


def test_how_many_are_needed_is_what_tables_say() -> None:
    assert [needed(share, MANY) for share in (0.1, 0.05, 0.02, 0.01, 0.001)] == [29, 59, 149, 299, 2995]
    assert [needed(0.01, few) for few in (1, 2, 50)] == [1, 2, 48]
    for few in (60, 300, 1000, 5000):  # the fewest that rule out the first share above 1 %
        count, bad = needed(0.01, few), few // 100 + 1
        assert stats.hypergeom.cdf(0, few, bad, count) <= 0.05 < stats.hypergeom.cdf(0, few, bad, count - 1)


@pytest.mark.parametrize("population", [60, 300, 5980, 7000])
def test_a_bound_is_missed_by_one_sample_in_twenty_at_most(population: int) -> None:
    count = needed(0.01, population)
    bounds = [at_most(wrong, count, population) for wrong in range(min(count, 60))]
    for bad in {0, 1, population // 100, population // 100 + 1, population // 50, population // 12}:
        chance = stats.hypergeom(population, bad, count)
        missed = sum(chance.pmf(wrong) for wrong, bound in enumerate(bounds) if bound < bad / population)
        assert missed <= 0.05 + 1e-9


def test_a_statement_never_promises_more_than_the_bound() -> None:
    assert statement(0, 300, MANY) == "0 wrong of 300: at most 1 % wrong, 95 % sure"
    assert statement(3, 299, MANY) == "3 wrong of 299: at most 2.6 % wrong, 95 % sure"
    assert statement(1, 40, 40) == "1 wrong of 40, which is every box: 2.5 % wrong"
    assert [percent(share) for share in (0.0421, 0.3, 0.0001, 1.0, 0.0)] == ["4.3 %", "30 %", "0.01 %", "100 %", "0 %"]
    for wrong in range(30):
        bound = at_most(wrong, 299, MANY)
        assert bound * 0.9999 <= stated(bound) <= bound * 1.1


@pytest.mark.parametrize("text, share", [("1%", 0.01), ("1 %", 0.01), ("0.5%", 0.005), ("0.02", 0.02)])
def test_a_share_is_read(text: str, share: float) -> None:
    assert share_of(text) == pytest.approx(share)


@pytest.mark.parametrize("text", ["", "x", "0", "-1%", "99%", "nan", "1%%"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="no share"):
        share_of(text)


def test_it_is_no_kind_of_trouble() -> None:
    assert "certify" not in kinds()


def test_every_box_on_every_frame_can_be_drawn_and_none_twice() -> None:
    document = made()
    there = (
        {(1, at) for at in (*range(3, 9), *range(15, 20))} | {(2, at) for at in range(20)} | {(7, 0), (8, 0), (9, 4)}
    )
    assert {(number, at) for number, first, last in strips(document) for at in range(first, last + 1)} == there
    counts = Counter[tuple[int, int]]()
    for seed in range(300):
        one = drawn(document, 0.1, seed=seed)
        assert one.population == len(there) == 34 and len(set(one.crops)) == len(one.crops) == needed(0.1, 34)
        counts.update(one.crops)
    share = len(one.crops) / len(there)
    assert set(counts) == there and all(abs(count / 300 - share) < 0.15 for count in counts.values())


def test_a_label_or_a_source_is_certified_by_itself() -> None:
    document = made()
    cars = drawn(document, 0.01, label="car")
    assert {number for number, _ in cars.crops} == {1, 7, 9} and (cars.label, cars.population) == ("car", 13)
    assert {number for number, _ in drawn(document, 0.5, source="auto").crops} == {1}
    for wanted, says in (
        ({"label": "cat"}, "did you mean"),
        ({"source": "hand"}, "No source"),
        ({"label": "bus"}, "no bus"),
    ):
        with pytest.raises(EditError) as caught:
            drawn(document, 0.01, **wanted)
        assert says in str(caught.value)


def test_nobody_can_draw_until_it_suits() -> None:
    document = made()
    assert drawn(document, 0.1) == drawn(document, 0.1)
    second, _ = apply(document, PutCertificate(1, drawn(document, 0.1)))
    assert drawn(second, 0.1).id == 2 and drawn(second, 0.1).crops != drawn(document, 0.1).crops


def test_a_change_of_what_was_certified_is_noticed_and_no_other() -> None:
    document = made()
    every, cars = drawn(document, 0.1), drawn(document, 0.1, label="car")
    moved, _ = apply(document, PutKeyframe(2, Keyframe(5, ((0.0, 0.0), (9.0, 9.0)))))
    assert not is_still_so(moved, every) and is_still_so(moved, cars)
    more, _ = apply(document, PutShape(shape(11, 2)))
    assert not is_still_so(more, every) and not is_still_so(more, cars)
    for edit in (PutTags(0, ()), PutLabels((*document.labels, Label("tree"))), PutCertificate(1, every)):
        assert is_still_so(apply(document, edit)[0], every)


def test_crops_stay_on_their_pictures_when_a_folder_grows() -> None:
    document = made("folder")
    document, _ = apply(document, PutCertificate(1, drawn(document, 0.1)))
    grown = MediaInfo("x", "folder", 21, 100, 80)
    after, back = apply(document, Arrange(grown, ((0, 30, 1),)))
    crops = document.certificates[1].crops
    assert after.certificates[1].crops == tuple((number, frame + 1) for number, frame in crops)
    assert is_still_so(after, after.certificates[1])
    assert apply(after, back)[0].certificates == document.certificates


def test_answers_make_the_statement_when_all_are_there() -> None:
    one = drawn(made(), 0.1)
    count = len(one.crops)
    half = looked(toggled(toggled(one, 3), 1), 5, by="eva", at="2026-01-01")
    assert (half.wrong, half.answered, half.statement, half.by) == ((1, 3), 5, "", "eva") and not half.is_done
    assert looked(half, 2, by="", at="").answered == 5
    done = looked(half, count + 9, by="eva", at="2026-01-02")
    assert done.is_done and done.answered == count and done.statement == statement(2, count, 34)
    assert toggled(done, 3).statement == statement(1, count, 34)


def test_each_label_and_source_has_a_bound_of_its_own() -> None:
    document = made()
    one = drawn(document, 0.01)
    wrong = next(place for place, (number, _) in enumerate(one.crops) if number == 1)
    done = looked(toggled(one, wrong), len(one.crops), by="", at="")
    found = {(part.label, part.source): part for part in shares(document, done)}
    assert set(found) == {("car", "auto"), ("car", "manual"), ("person", "manual")}
    part = found["car", "auto"]
    assert (part.wrong, part.population) == (1, 11) and part.at_most == at_most(1, part.looked, 11)
    assert sum(part.looked for part in found.values()) == len(one.crops)
    assert [part.label for part in shares(replace(document, tracks=Map()), done)] == ["car", "person"]


@pytest.mark.parametrize("rate", RATES)
def test_planted_shares_are_inside(rate: float) -> None:
    tracks = {n: Track(n, "car", "rectangle", keyframes=(key(0), key(299))) for n in range(1, 31)}
    document = Document(MediaInfo("x", "video", 300, 100, 80), (Label("car"),), tracks=Map(tracks))
    assert planted_inside(document, rate, 200).stated >= 0.95
