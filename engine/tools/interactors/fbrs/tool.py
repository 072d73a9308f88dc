"""f-BRS as a tool: clicks correct the answer until it agrees with them; each starts from the last one's correction.

The published program lets the first click see up to 800 pixels of the whole picture; here it sees 480, the size of
every later crop, so that it costs a CPU no more than they do. A mask of other origin only aims the crop.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import torch

from engine.prompt import Prompt
from engine.tools.base import Image, Prediction
from engine.tools.clicking.stopping import stoppable
from engine.tools.clicking.turns import Turns, WorkImage, foreign, prediction, work_image
from engine.tools.interactors.fbrs.net import Fbrs
from engine.tools.interactors.fbrs.pipeline import BOUNDED, FbrsRules, Memory, Picture, picture, step


@dataclass
class Features:
    """What is kept of a frame: its pixels on the device and the turns of the present objects."""

    work: WorkImage
    shown: Picture
    turns: Turns[Memory] = field(default_factory=Turns)


class FbrsInteractor:
    """The tool."""

    def __init__(self, net: Fbrs, device: torch.device, rules: FbrsRules = BOUNDED) -> None:
        self.net = stoppable(net)
        self.device = device
        self.rules = rules

    def prepare(self, image: Image) -> Features:
        """Put the frame on the device, reduced if it is very large."""
        work = work_image(image)
        return Features(work, picture(work.pixels, self.device))

    def predict(self, features: Features, prompt: Prompt, previous: Prediction | None = None) -> Prediction:
        """Return the mask for the prompt."""
        clicks = features.work.clicks(prompt)
        turn = features.turns.continued(clicks, previous, lambda: self._start(features.work, previous))
        probability, memory = step(self.net, features.shown, clicks, turn.memory, self.rules)
        answer = prediction(features.work, probability, self.rules.brs.threshold)
        features.turns.remember(turn, clicks, memory, answer)
        return answer

    def _start(self, work: WorkImage, previous: Prediction | None) -> Memory:
        if previous is None or not previous.mask.any():
            return Memory()
        return Memory(seen=torch.from_numpy(foreign(work, previous)).to(self.device))
