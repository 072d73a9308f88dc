"""RITM as a tool: every click goes on from the last answer, which the network sees.

It uses the published interactive settings (a crop of 400x400 from the first click on), because then a click costs
the same whatever the picture's size. A start mask is fed back and zoomed at, at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch

from engine.prompt import Prompt
from engine.tools.base import Image, Prediction
from engine.tools.clicking.stopping import stoppable
from engine.tools.clicking.turns import Turns, WorkImage, foreign, prediction, work_image
from engine.tools.interactors.ritm.net import Ritm
from engine.tools.interactors.ritm.pipeline import INTERACTIVE, Memory, Picture, RitmRules, picture, step


@dataclass
class Features:
    """What is kept of a frame: its pixels on the device and the turns of the present objects."""

    work: WorkImage
    shown: Picture
    turns: Turns[Memory] = field(default_factory=Turns)


class RitmInteractor:
    """The tool; `nets` has one network, or one for each number of clicks."""

    def __init__(self, nets: Sequence[Ritm], device: torch.device, rules: RitmRules = INTERACTIVE) -> None:
        self.nets = [stoppable(net) for net in nets]
        self.device = device
        self.rules = rules

    def prepare(self, image: Image) -> Features:
        """Put the frame on the device, reduced if it is very large."""
        work = work_image(image)
        return Features(work, picture(work.pixels, self.device))

    def predict(self, features: Features, prompt: Prompt, previous: Prediction | None = None) -> Prediction:
        """Return the mask for the prompt; a mask that is not an answer of ours is taken as a start."""
        clicks = features.work.clicks(prompt)
        turn = features.turns.continued(clicks, previous, lambda: self._start(features.work, previous))
        net = self.nets[min(len(clicks), len(self.nets)) - 1]
        probability, memory = step(net, features.shown, clicks, turn.memory, self.rules)
        answer = prediction(features.work, probability)
        features.turns.remember(turn, clicks, memory, answer)
        return answer

    def _start(self, work: WorkImage, previous: Prediction | None) -> Memory:
        if previous is None or not previous.mask.any():
            return Memory()
        mask = torch.from_numpy(foreign(work, previous)).to(self.device)
        return Memory(fed=mask, seen=mask)
