"""Recordings: what a function gives is the same recorded or not; when it is recorded, and what is forgotten."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from engine.nets.recorded import KEPT, Outputs, Recorded


class Tape:
    """As a CUDA graph is: inputs and outputs at fixed places, what is computed in between is decided once."""

    made: list[tuple[Any, ...]] = []

    def __init__(self, function: Any, inputs: tuple[Tensor, ...], fixed: tuple[Any, ...]) -> None:
        self.inputs = tuple(given.clone() for given in inputs)
        self.run = lambda: function(*self.inputs, *fixed)
        self.outputs = self.run()
        self.made.append((*(given.shape for given in inputs), *fixed))

    def replay(self, inputs: tuple[Tensor, ...]) -> Outputs:
        for own, given in zip(self.inputs, inputs, strict=True):
            own.copy_(given)
        for old, new in zip(self.outputs, self.run(), strict=True):
            old.copy_(new)
        return tuple(output.clone() for output in self.outputs)


def powers(x: Tensor, y: Tensor, power: int = 1) -> Outputs:
    return x**power + y, x - y


def recorded(**options: Any) -> Recorded:
    Tape.made = []
    return Recorded(powers, device="cpu", record=Tape, **options)


def test_a_recording_gives_what_the_function_gives_and_earlier_answers_stay() -> None:
    function, kept = recorded(), []
    for seed in range(4):
        torch.manual_seed(seed)
        x, y = torch.randn(2, 3, 4)
        kept.append((function(x, y), powers(x, y)))
    assert len(Tape.made) == 1
    for found, wanted in kept:
        assert all(torch.equal(a, b) for a, b in zip(found, wanted, strict=True))


def test_each_shape_and_each_further_argument_has_a_recording_of_its_own() -> None:
    function = recorded()
    for size, power in ((2, 1), (3, 1), (2, 2), (2, 1), (3, 1), (2, 2)):
        x = torch.full((size,), 3.0)
        assert function(x, x, fixed=(power,))[0].tolist() == [3.0**power + 3.0] * size
    assert len(Tape.made) == 3


def test_what_is_seldom_asked_for_is_not_recorded() -> None:
    function = recorded(after=2)
    function(torch.ones(1), torch.ones(1))
    assert Tape.made == []
    function(torch.ones(1), torch.ones(1))
    assert len(Tape.made) == 1


def test_recordings_are_bounded_and_the_oldest_goes_first() -> None:
    function = recorded()
    for size in range(1, KEPT + 2):
        function(torch.ones(size), torch.ones(size))
    assert len(function._recordings) == KEPT
    function(torch.ones(2), torch.ones(2))
    assert len(Tape.made) == KEPT + 1  # still there
    function(torch.ones(1), torch.ones(1))
    assert len(Tape.made) == KEPT + 2  # the oldest was not


def test_what_cannot_be_recorded_is_computed_all_the_same() -> None:
    def refuse(*_given: object) -> Any:
        raise RuntimeError("operation not permitted when stream is capturing")

    function = Recorded(powers, device="cpu", record=refuse)
    for _ in range(3):
        assert function(torch.ones(1), torch.ones(1))[0].tolist() == [2.0]


def test_on_another_device_the_function_is_called_as_it_is() -> None:
    Tape.made = []
    function = Recorded(powers, record=Tape)
    function(torch.ones(1), torch.ones(1))
    function(torch.ones(1), torch.ones(1))
    assert Tape.made == []
