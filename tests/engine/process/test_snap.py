"""Snap in the engine process: it says how far it is, answers, and stops when nobody waits for it any longer."""

from __future__ import annotations

import queue

import numpy as np

from engine.jobs import Answer, Failed, Progress, Step
from engine.process.client import EngineClient
from engine.process.steps import Replaced
from engine.prompt import Prompt
from engine.tools.base import Prediction

LONG = 60.0


def scene() -> np.ndarray:
    """A bright disc of radius 100 at (300, 200) on noisy ground."""
    y, x = np.mgrid[0:400, 0:600]
    picture = np.random.default_rng(3).integers(30, 50, (400, 600, 3), np.uint8)
    picture[(x - 300) ** 2 + (y - 200) ** 2 < 100**2] = (210, 190, 60)
    return picture


def test_boxes_and_masks_are_fitted_with_progress_and_a_request_that_nobody_waits_for_ends() -> None:
    client, steps = EngineClient("cpu"), queue.Queue[Step]()
    client.start()
    picture = ("scene", scene())
    mask = Prediction(np.ones((190, 190), bool), (205, 110))
    box = Prompt(box=(190.0, 110.0, 395.0, 310.0))

    def ended(ticket: int) -> tuple[Step, list[Step]]:
        before: list[Step] = []
        while True:
            step = steps.get(timeout=LONG)
            if step.ticket == ticket and isinstance(step, Answer | Failed | Replaced):
                return step, before
            before.append(step)

    try:
        answer, told = ended(client.predict("snap", picture, box, on_step=steps.put))
        assert isinstance(answer, Answer), answer
        assert np.allclose(answer.prediction.origin, (200, 100), atol=3)
        assert np.allclose(answer.prediction.mask.shape, (200, 200), atol=4)
        assert {(step.done, step.total) for step in told if isinstance(step, Progress)} >= {(0, 4)}
        answer, _ = ended(client.predict("snap", picture, Prompt(), mask, on_step=steps.put))
        assert isinstance(answer, Answer) and answer.prediction.mask.sum() < 0.95 * mask.mask.sum()
        given_up = client.predict("snap", picture, box, on_step=steps.put, queue="one")
        client.cancel(given_up)
        answer, told = ended(client.predict("snap", picture, box, on_step=steps.put, queue="two"))
        assert isinstance(answer, Answer)
        assert not [step for step in told if step.ticket == given_up and isinstance(step, Answer)]
    finally:
        client.close()
