"""SiamMask as a tool: many objects a frame, each with its template from the frame it was started on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from engine.document import Box
from engine.errors import ToolError
from engine.nets.recorded import Recorded
from engine.nets.squares import Colour, Image, floats, mean_colour, stacked, upright
from engine.nets.states import number, numbers, tensor_from, tensor_in
from engine.tools.base import Target, Tracked
from engine.tools.clicking.stopping import stoppable
from engine.tools.clicking.turns import windowed
from engine.tools.trackers.siammask import pipeline
from engine.tools.trackers.siammask.net import SiamMask
from engine.tools.trackers.siammask.pipeline import Corners, Found, Pair, Placed, Search

NAME = "SiamMask"
KEPT = (256, 7, 7)
AT_ONCE = 16
"""Objects of one batch: enough for a GPU, and of more a small machine's memory would be full."""
TIMES = 2
"""Batches of a size after which its kernels are recorded on CUDA: an object fewer for a frame is not worth it."""
MIDDLE = 0.5
"""From the number of a pixel, by which the original's corners go, to the frame point in its middle."""


@dataclass(frozen=True)
class State:
    """An object on the last frame that was seen."""

    template: Tensor
    """(256, 7, 7), of the frame it was started on."""
    colour: Colour
    """That frame's mean, RGB."""
    position: Pair
    size: Pair
    frame: tuple[int, int]
    """Width and height."""
    rotation: float = 0.0
    """Of the rectangle that was last answered: the next one keeps its sides apart by it."""


class SiamMaskTracker:
    """The tracker; answers with the pixels, and with the narrowest rectangle round them, turned as they lie."""

    def __init__(self, net: SiamMask) -> None:
        self.net = stoppable(net, f"{NAME} follows")
        self.device = next(net.parameters()).device
        self._search = Recorded(net.searched, after=TIMES)
        self._masks = Recorded(
            lambda template, p0, p1, p2, *given: (net.masks(template, (p0, p1, p2), *given),), after=TIMES
        )

    @torch.inference_mode()
    def start(self, image: Image, target: Target) -> State:
        """Keep the object's template; of a turned box the upright one round it counts."""
        position, size = upright(target.box, target.rotation)
        colour = mean_colour(image)
        crop = pipeline.crop(image, position, pipeline.template_side(size), pipeline.TEMPLATE, colour)
        template = self.net.template(stacked([crop], self.device))[0]
        return State(template, colour, position, size, size_of(image), target.rotation)

    @torch.inference_mode()
    def step(self, image: Image, states: Sequence[State]) -> list[Tracked]:
        """Follow the objects to this frame; raise ToolError if it has another size than theirs."""
        size = size_of(image)
        for state in states:
            if state.frame != size:
                detail = f"it was started on {state.frame[0]} x {state.frame[1]} pixels, this frame has "
                raise ToolError(f"{NAME} follows objects over frames of one size", f"{detail}{size[0]} x {size[1]}")
        batches = (states[first : first + AT_ONCE] for first in range(0, len(states), AT_ONCE))
        return [one for batch in batches for one in self._batch(image, batch)]

    def _batch(self, image: Image, states: Sequence[State]) -> list[Tracked]:
        searches = [pipeline.search_of(state.position, state.size) for state in states]
        crops = [
            pipeline.crop(image, state.position, search.square.side, pipeline.SEARCH, state.colour)
            for state, search in zip(states, searches, strict=True)
        ]
        templates = torch.stack([state.template for state in states])
        classes, offsets, *seen = self._search(templates, stacked(crops, self.device))
        found = [
            pipeline.choose(cls, loc, (state.size[0] * search.scale, state.size[1] * search.scale))
            for cls, loc, state, search in zip(floats(classes), floats(offsets), states, searches, strict=True)
        ]
        places = torch.tensor([one.place for one in found]).to(self.device)
        masks = floats(torch.sigmoid(self._masks(templates, *seen, places)[0]))
        parts = zip(states, searches, found, masks, strict=True)
        return [tracked(state, search, one, mask) for state, search, one, mask in parts]

    def pack(self, state: State) -> dict[str, Any]:
        """Return the state as plain values: 50 KB, most of it the template."""
        return {
            "template": tensor_in(state.template),
            "colour": list(state.colour),
            "box": [*state.position, *state.size],
            "frame": list(state.frame),
            "rotation": state.rotation,
        }

    def unpack(self, packed: Mapping[str, Any], image: Image) -> State:
        """Return the state; raise ToolError if the values are no state of this tracker."""
        red, green, blue = numbers(packed, "colour", 3, NAME)
        x, y, width, height = numbers(packed, "box", 4, NAME)
        across, down = (int(side) for side in numbers(packed, "frame", 2, NAME))
        template = tensor_from(packed, "template", KEPT, NAME).to(self.device)
        rotation = number(packed, "rotation", NAME)
        return State(template, (red, green, blue), (x, y), (width, height), (across, down), rotation)


def tracked(state: State, search: Search, found: Found, mask: pipeline.Floats) -> Tracked:
    """Return what a step says of one object, its mask (127, 127) being 0..1 at the place that was found."""
    place = pipeline.mask_square(search.square, found.place)
    lies = pipeline.placed(mask, place, state.frame)
    position, size = pipeline.moved(state.position, state.size, search.scale, found)
    target = target_of(lies, position, size, state.rotation, found.score)
    position, size = pipeline.clamped(position, size, state.frame)
    after = replace(state, position=position, size=size, rotation=target.rotation)
    return Tracked(after, target, found.score)


def target_of(lies: Placed, position: Pair, size: Pair, rotation: float, score: float) -> Target:
    """Return the mask and the rectangle round its largest part, or the box alone where there is no mask to speak of."""
    ring, _ = pipeline.outlined(lies)
    if ring is None:
        (x, y), (width, height) = position, size
        return Target((x - width / 2, y - height / 2, x + width / 2, y + height / 2))
    box, turn = rectangle(ring + MIDDLE, rotation)
    return Target(box, turn, windowed(lies.mask, score=score, origin=lies.origin))


def rectangle(ring: Corners, near: float) -> tuple[Box, float]:
    """Return a rectangle's box before it is turned and the degrees it is turned by, 0 <= r < 360.

    Of the four ways to say that, the one that is `near` degrees best, so that width stays width from frame to frame.
    """
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = ring.tolist()
    width, height = math.hypot(bx - ax, by - ay), math.hypot(cx - bx, cy - by)
    angle = math.degrees(math.atan2(by - ay, bx - ax))
    quarters = round((near - angle) / 90)
    if quarters % 2:
        width, height = height, width
    x, y = (ax + bx + cx + dx) / 4, (ay + by + cy + dy) / 4
    box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    return box, (angle + 90 * quarters) % 360.0 % 360.0


def size_of(image: Image) -> tuple[int, int]:
    """Return width and height."""
    return image.shape[1], image.shape[0]
