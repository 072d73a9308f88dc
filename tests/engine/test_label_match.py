"""Which label of ours a detector's label means."""

from __future__ import annotations

import random

import pytest

from engine.document import TableRow
from engine.errors import SettingsError
from engine.label_match import equal, match, pairs, table, unmatched


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("car", "Car"), ("car", "cars"), ("buses", "bus"), ("knife", "knives"), ("body", "bodies"),
        ("traffic light", "traffic_light"), ("Traffic-Lights", "trafficlight"), ("motorbike", "motorcycle"),
        ("aeroplanes", "airplane"), ("sofa", "Couch"), ("pottedplant", "potted plant"), ("Dining_Table", "diningtable"),
        ("tvmonitor", "TV"), ("people", "person"), ("skis", "skis"), ("STRASSE", "straße"),
    ],
)  # fmt: skip
def test_names_of_one_class_are_equal_both_ways(one: str, other: str) -> None:
    assert equal(one, other) and equal(other, one)


@pytest.mark.parametrize(("one", "other"), [("car", "cart"), ("glass", "glas"), ("tie", "ty"), ("", ""), ("bus", "bu")])
def test_other_names_are_not(one: str, other: str) -> None:
    assert not equal(one, other) and not equal(other, one)


def test_the_nearest_spelling_is_matched() -> None:
    assert match("car", ["cars", "CAR", "car"]) == "car"
    assert match("car", ["cars", "CAR"]) == "CAR"
    assert match("potted plant", ["plants", "Potted_Plants", "pottedplant"]) == "pottedplant"
    assert match("dog", ["cat"]) == ""


def test_pairs_of_a_command_line() -> None:
    assert pairs(["car=vehicle, bus = vehicle", "dog=", "cat", "*=thing", "all", ""]) == (
        ("car", "vehicle"), ("bus", "vehicle"), ("dog", ""), ("cat", "cat"), ("*", "thing"), ("*", "*"),
    )  # fmt: skip
    with pytest.raises(SettingsError, match="maps no label"):
        pairs(["=vehicle"])


def test_a_table_matches_equal_names_and_drops_the_others() -> None:
    rows = table(["car", "dog", "background"], ["Cars", "person"])
    assert rows == (TableRow("car", "Cars"), TableRow("dog"), TableRow("background"))
    assert unmatched(rows) == ("dog", "background")


def test_what_is_asked_for_goes_before_equal_names_and_one_label_may_become_several() -> None:
    rows = table(["car", "truck", "dog"], ["car", "Vehicles"], pairs(["car=vehicle", "cars=thing", "dog="]))
    assert rows == (TableRow("car", "Vehicles"), TableRow("car", "thing"), TableRow("truck"), TableRow("dog"))


def test_all_others_go_under_one_label_or_their_own_names_but_not_a_background() -> None:
    theirs, off = ["car", "dog", "background"], ["background"]
    assert table(theirs, ["Car"], pairs(["dog=pet", "*=thing"]), off=off) == (
        TableRow("car", "thing"), TableRow("dog", "pet"), TableRow("background"),
    )  # fmt: skip
    own = (TableRow("car", "Car"), TableRow("dog", "dog"), TableRow("background"))
    assert table(theirs, ["Car"], pairs(["all"]), off=off) == own == table(theirs, ["Car"], off=off, create=True)


def test_a_label_that_the_detector_has_not_is_told_with_the_nearest() -> None:
    with pytest.raises(SettingsError) as caught:
        table(["person", "car"], [], pairs(["persn=people"]))
    assert "persn" in caught.value.title and "person" in caught.value.detail


def test_a_table_finds_the_label_that_comparing_with_each_would() -> None:
    dice = random.Random(3)
    words = ["bus", "buses", "Bus", "leaf", "leaves", "leave", "city", "cities", "tv", "tvmonitor", "TV monitor",
             "glass", "people", "person", "persons", "sofa", "couches", "", "-", "s"]  # fmt: skip
    for _ in range(60):
        theirs, ours = dice.sample(words, 8), dice.sample(words, 8)
        assert [row.ours for row in table(theirs, ours)] == [match(name, ours) for name in theirs]
