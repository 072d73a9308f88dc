"""RITM from click to mask: the crop, the mirror image and the last answer that is fed back.

`step` is the published predictor as a function: what it remembers between clicks goes in and comes out as `Memory`.
`RitmInteractor` is the tool. It uses the published interactive settings (a crop of 400x400 from the first click on),
because then a click costs the same whatever the picture's size; a start mask is fed back and zoomed at, at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from engine.nets import zoom
from engine.nets.clicks import NetClick, mirrored, point_lists
from engine.nets.ritm import Ritm
from engine.nets.turns import Turns, WorkImage, foreign, prediction, work_image
from engine.prompt import Prompt
from engine.tools.base import Image, Prediction


@dataclass(frozen=True, slots=True)
class RitmRules:
    """How to look."""

    zoom: zoom.ZoomRules
    longest: int = 0
    """Longer side that the network sees at most, 0 for any."""


INTERACTIVE = RitmRules(zoom.ZoomRules(skip_clicks=-1, target=(400, 400)), longest=800)
"""The settings of the published interactive program."""
DEPLOYED = RitmRules(zoom.ZoomRules(skip_clicks=1, target=400))
"""CVAT's settings, which are also the defaults of the published predictor."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What the predictor knows from the last answer, as (H, W) float32 tensors; None for nothing."""

    fed: Tensor | None = None
    """Probability that goes into the network as the last mask."""
    seen: Tensor | None = None
    """Probability that the zoom is aimed by."""
    crop: zoom.Crop | None = None


@dataclass(slots=True)
class Picture:
    """A picture as (1, 3, H, W) on 0..1, with the first maps of the crop that was seen last."""

    rgb: Tensor
    stem: tuple[tuple[zoom.Crop | None, zoom.Size], Tensor] | None = None

    @property
    def size(self) -> zoom.Size:
        """Height and width."""
        return int(self.rgb.shape[2]), int(self.rgb.shape[3])


def picture(image: Image, device: torch.device, dtype: torch.dtype = torch.float32) -> Picture:
    """Return an RGB uint8 image as a Picture on the device."""
    pixels = torch.from_numpy(image).to(device).permute(2, 0, 1).unsqueeze(0)
    return Picture(pixels.to(dtype) / 255)


def _stem(net: Ritm, shown: Picture, view: zoom.View) -> Tensor:
    key = (view.crop, view.inner)
    if shown.stem is None or shown.stem[0] != key:
        shown.stem = (key, net.stem(zoom.with_mirror(view.of(shown.rgb))))
    return shown.stem[1]


@torch.inference_mode()
def step(
    net: Ritm, shown: Picture, clicks: Sequence[NetClick], memory: Memory, rules: RitmRules
) -> tuple[Tensor, Memory]:
    """Return the probability (H, W) for all clicks so far, and the memory for the next call."""
    crop = zoom.choose(memory.seen, clicks, shown.size, rules.zoom, last=memory.crop)
    view = zoom.view(shown.size, clicks, crop, rules.zoom, longest=rules.longest)
    fed = shown.rgb.new_zeros(shown.size) if memory.fed is None else memory.fed
    before = zoom.with_mirror(view.of(fed[None, None].to(shown.rgb.dtype)))
    both = [view.clicks, mirrored(view.clicks, view.inner[1])]
    logits = net.both_logits(_stem(net, shown, view), point_lists(both, shown.rgb.device), before)[0]
    probability = view.back(torch.sigmoid(zoom.mirror_mean(logits.float())))
    return probability, Memory(fed=probability, seen=probability, crop=crop)


@dataclass
class Features:
    """What is kept of a frame: its pixels on the device and the turns of the present objects."""

    work: WorkImage
    shown: Picture
    turns: Turns[Memory] = field(default_factory=Turns)


class RitmInteractor:
    """The tool; `nets` has one network, or one for each number of clicks."""

    def __init__(self, nets: Sequence[Ritm], device: torch.device, rules: RitmRules = INTERACTIVE) -> None:
        self.nets = nets
        self.device = device
        self.rules = rules
        self.dtype = next(nets[0].parameters()).dtype

    def prepare(self, image: Image) -> Features:
        """Put the frame on the device, reduced if it is very large."""
        work = work_image(image)
        return Features(work, picture(work.pixels, self.device, self.dtype))

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
