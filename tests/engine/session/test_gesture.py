"""What is in hand: how much of its past is kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.gestures import Gesture, Painting, Prompting
from engine.prompt import Prompt
from engine.session.gesture import ANSWERS, STEPS, bounded
from engine.tools.base import Prediction


def test_old_steps_go_but_for_the_first() -> None:
    past: list[Gesture] = [Painting(last=(float(number), 0.0)) for number in range(STEPS + 50)]
    kept = bounded(past)
    assert len(kept) == STEPS and kept[0] is past[0] and kept[1:] == past[-STEPS + 1 :]
    assert bounded(past[:3]) == past[:3]


def test_old_answers_go_when_they_take_too_much_room() -> None:
    third = Prediction(np.zeros((1024, ANSWERS // 3 // 1024), bool))
    prompt = Prompt().add((1.0, 2.0))
    gesture = Prompting("sam", prompt, answered=prompt, answer=third, choice=1)
    assert bounded([gesture] * 3) == [gesture] * 3
    empty = replace(gesture, answer=None, answered=None, choice=0)
    assert bounded([gesture] * 5) == [empty, empty, gesture, gesture, gesture]
    three = replace(gesture, answer=replace(third, alternatives=(third, third)))
    assert bounded([gesture, three]) == [empty, three]
