"""Results kept by the identity of what they were computed from."""

from __future__ import annotations

from engine.document import Label, by_name
from engine.memo import ByIdentity, kept


def test_the_last_result_stays_while_the_arguments_are_the_same_objects():
    calls = []

    @kept
    def together(*things):
        calls.append(things)
        return len(calls)

    one, other = [1], [1]
    numbers = int("70000"), int("70000")
    assert [together(one, numbers[0]), together(one, numbers[1]), together(other, numbers[0])] == [1, 1, 2]
    assert [together(other, 1), together(other, True), together(other)] == [3, 4, 5]
    assert together(one, numbers[0]) == 6


def test_many_objects_are_known_until_there_are_too_many():
    calls = []
    length = ByIdentity(lambda thing: calls.append(thing) or len(thing), 3)
    things = [[1] * number for number in range(4)]
    assert [length(thing) for thing in things[:3] * 2] == [0, 1, 2] * 2 and len(calls) == 3
    assert length([1] * 3) == 3 and length(things[0]) == 0 and len(calls) == 5


def test_the_first_label_of_a_name_is_found():
    labels = (Label("car", "#111111"), Label("bus"), Label("car"))
    assert by_name(labels)["car"].color == "#111111" and by_name(labels) is by_name(labels)
