"""TransT as a tool: many objects a frame, each with its template from the frame it was started on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.nets.recorded import Recorded
from engine.nets.squares import Colour, Image, floats, mean_colour, stacked, upright
from engine.nets.states import number, numbers, tensor_from, tensor_in
from engine.tools.base import Target, Tracked
from engine.tools.clicking.stopping import stoppable
from engine.tools.trackers.transt import pipeline
from engine.tools.trackers.transt.net import TransT
from engine.tools.trackers.transt.pipeline import Pair

NAME = "TransT"
KEPT = (256, 256)
AT_ONCE = 16
"""Objects of one batch: enough for a GPU, and of more a small machine's memory would be full."""

TIMES = 2
"""Batches of a size after which its kernels are recorded on CUDA: an object fewer for a frame is not worth it."""


@dataclass(frozen=True)
class State:
    """An object on the last frame that was seen."""

    template: Tensor
    """(256, 256): tokens of the frame it was started on, as far as they do not depend on later ones."""
    colour: Colour
    """That frame's mean, RGB."""
    position: Pair
    size: Pair
    """Of single precision after most frames, which what is computed of it keeps."""


class TransTTracker:
    """The tracker; answers with upright boxes."""

    def __init__(self, net: TransT) -> None:
        self.net = stoppable(net, f"{NAME} follows")
        self.device = next(net.parameters()).device
        self._fuse = Recorded(net.fused, after=TIMES)
        self._boxes = Recorded(lambda tokens: (net.boxes(tokens),), after=TIMES)

    @torch.inference_mode()
    def start(self, image: Image, target: Target) -> State:
        """Keep the object's template; of a turned box the upright one round it counts."""
        position, size = upright(target.box, target.rotation)
        colour = mean_colour(image)
        crop = pipeline.crop(image, position, pipeline.template_side(size), pipeline.TEMPLATE, colour)
        template = self.net.template(pipeline.normalised(stacked([crop], self.device)))[0]
        return State(template, colour, position, size)

    @torch.inference_mode()
    def step(self, image: Image, states: Sequence[State]) -> list[Tracked]:
        """Follow the objects to this frame."""
        batches = (states[first : first + AT_ONCE] for first in range(0, len(states), AT_ONCE))
        return [one for batch in batches for one in self._batch(image, batch)]

    def _batch(self, image: Image, states: Sequence[State]) -> list[Tracked]:
        sides = [pipeline.search_side(state.size) for state in states]
        crops = [
            pipeline.crop(image, state.position, side, pipeline.SEARCH, state.colour)
            for state, side in zip(states, sides, strict=True)
        ]
        squares = pipeline.normalised(stacked(crops, self.device))
        tokens, logits = self._fuse(torch.stack([state.template for state in states]), squares)
        found = [pipeline.choose(own) for own in floats(logits)]
        best = torch.stack([own[one.index] for own, one in zip(tokens, found, strict=True)])
        boxes = floats(self._boxes(best)[0])
        done = []
        for state, side, one, box in zip(states, sides, found, boxes, strict=True):
            position, size = pipeline.moved(state.position, side, box, (image.shape[1], image.shape[0]))
            after = replace(state, position=position, size=size)
            done.append(Tracked(after, Target(pipeline.box_of(position, size)), one.score))
        return done

    def pack(self, state: State) -> dict[str, Any]:
        """Return the state as plain values: 256 KB, nearly all of it the template."""
        return {
            "template": tensor_in(state.template),
            "colour": list(state.colour),
            "box": [float(value) for value in (*state.position, *state.size)],
            "single": int(isinstance(state.size[0], np.float32)),
        }

    def unpack(self, packed: Mapping[str, Any], image: Image) -> State:
        """Return the state; raise ToolError if the values are no state of this tracker."""
        red, green, blue = numbers(packed, "colour", 3, NAME)
        x, y, *sides = numbers(packed, "box", 4, NAME)
        kind = np.float32 if number(packed, "single", NAME) else float
        size: Any = tuple(kind(side) for side in sides)
        template = tensor_from(packed, "template", KEPT, NAME).to(self.device)
        return State(template, (red, green, blue), (x, y), size)
