"""SiamMask: where in a square of a later frame the template is, and which pixels are it (Wang et al. 2019).

The network alone, in the form that is called sharp: a ResNet-50 up to its third stage, three correlations with the
template (class, box, mask), and a refinement that turns the mask's correlation at one place into 127 x 127 logits.
Written from a description of the published model; the parameter names are its checkpoint's. Crops are BGR, 0..255.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.nets.checkpoint import Identity, Shapes
from engine.nets.resnet import Bottleneck

EXPECTS = "a SiamMask model with refinement (356 tensors, SiamMask_DAVIS.pth)"
CENTRE = 4
"""Rows and columns of the template's feature that are cut off on every side: they have seen the border."""
ANCHORS = 5
REACH = 7
"""Rows and columns of the search feature that one place of a correlation is made of."""
WINDOWS = ((4, 16, 61), (2, 8, 31), (1, 4, 15))
"""Of the first three stages: steps for each place of the correlation, zeros around, side of what is refined with."""
SIDES = (31, 61, 127)
"""Sides after each step of the refinement."""
MASK_SIDE = 63
"""Side of the mask that is not refined, which nothing here uses; its weights are in the file."""


class Stages(NamedTuple):
    """The features of a square at each depth: sides 125, 63, 31 and 31 for one of 255."""

    p0: Tensor
    p1: Tensor
    p2: Tensor
    p3: Tensor


class Block(Bottleneck):
    """A bottleneck whose 3x3 convolution has no padding where it has a stride, and whose shortcut can be 3x3."""

    def __init__(self, inputs: int, width: int, *, stride: int = 1, dilation: int = 1, shortcut: int = 0) -> None:
        super().__init__(inputs, width, stride=stride, dilation=dilation)
        padding = dilation if dilation > 1 else 2 - stride
        self.conv2 = nn.Conv2d(width, width, 3, stride, padding, dilation, bias=False)
        self.downsample = None
        if shortcut:
            around = 0 if shortcut == 1 else 2 - stride
            projected = nn.Conv2d(inputs, width * 4, shortcut, stride, around, bias=False)
            self.downsample = nn.Sequential(projected, nn.BatchNorm2d(width * 4))


class Body(nn.Module):
    """ResNet-50 up to its third stage, at an eighth of the size."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.layer1 = nn.Sequential(Block(64, 64, shortcut=1), *(Block(256, 64) for _ in range(2)))
        self.layer2 = nn.Sequential(Block(256, 128, stride=2, shortcut=3), *(Block(512, 128) for _ in range(3)))
        rest = (Block(1024, 256, dilation=2) for _ in range(5))
        self.layer3 = nn.Sequential(Block(512, 256, shortcut=3), *rest)

    def forward(self, x: Tensor) -> Stages:
        """Return the four stages of (N, 3, H, W)."""
        p0 = self.relu(self.bn1(self.conv1(x)))
        p1 = self.layer1(self.maxpool(p0))
        p2 = self.layer2(p1)
        return Stages(p0, p1, p2, self.layer3(p2))


class Neck(nn.Module):
    """1024 channels to 256, and of a template only the middle."""

    def __init__(self) -> None:
        super().__init__()
        self.downsample = nn.Sequential(nn.Conv2d(1024, 256, 1, bias=False), nn.BatchNorm2d(256))

    def forward(self, x: Tensor, *, template: bool) -> Tensor:
        """Return (N, 256, 7, 7) of a template's last stage, (N, 256, H, W) of any other."""
        out: Tensor = self.downsample(x)
        return out[..., CENTRE:-CENTRE, CENTRE:-CENTRE] if template else out


class Features(nn.Module):
    """The body and the neck."""

    def __init__(self) -> None:
        super().__init__()
        self.features = Body()
        self.downsample = Neck()


class Correlation(nn.Module):
    """How well each place of a search feature goes with the template, channel by channel, and what follows."""

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.conv_kernel, self.conv_search = _adjusted(), _adjusted()
        first = (nn.Conv2d(256, 256, 1, bias=False), nn.BatchNorm2d(256), nn.ReLU(inplace=True))
        self.head = nn.Sequential(*first, nn.Conv2d(256, outputs, 1))

    def correlate(self, template: Tensor, search: Tensor) -> Tensor:
        """Return (N, 256, H - 6, W - 6) for templates (N, 256, 7, 7) and search features (N, 256, H, W)."""
        kernel, search = self.conv_kernel(template), self.conv_search(search)
        count, channels = search.shape[:2]
        across = F.conv2d(
            search.reshape(1, count * channels, *search.shape[2:]),
            kernel.reshape(count * channels, 1, *kernel.shape[2:]),
            groups=count * channels,
        )
        return across.reshape(count, channels, *across.shape[2:])

    def forward(self, template: Tensor, search: Tensor) -> Tensor:
        """Return the head's output at every place."""
        out: Tensor = self.head(self.correlate(template, search))
        return out


class Proposals(nn.Module):
    """The two correlations that find the box."""

    def __init__(self) -> None:
        super().__init__()
        self.cls = Correlation(2 * ANCHORS)
        self.loc = Correlation(4 * ANCHORS)


class Masks(nn.Module):
    """The correlation that finds the pixels."""

    def __init__(self) -> None:
        super().__init__()
        self.mask = Correlation(MASK_SIDE * MASK_SIDE)


class Refinement(nn.Module):
    """From the mask's correlation at one place to a mask, with the early stages' features of that place."""

    def __init__(self) -> None:
        super().__init__()
        self.v0, self.v1, self.v2 = _pair(64, 16, 4), _pair(256, 64, 16), _pair(512, 128, 32)
        self.h2, self.h1, self.h0 = _pair(32, 32, 32), _pair(16, 16, 16), _pair(4, 4, 4)
        self.deconv = nn.ConvTranspose2d(256, 32, 15, stride=15)
        self.post0, self.post1, self.post2 = (nn.Conv2d(a, b, 3, padding=1) for a, b in ((32, 16), (16, 4), (4, 1)))

    def forward(self, vectors: Tensor, seen: tuple[Tensor, Tensor, Tensor]) -> Tensor:
        """Return (N, 127, 127) logits for (N, 256, 1, 1) and the windows of the first three stages."""
        out: Tensor = self.deconv(vectors)
        steps = ((self.h2, self.v2, self.post0), (self.h1, self.v1, self.post1), (self.h0, self.v0, self.post2))
        for (own, early, post), feature, side in zip(steps, reversed(seen), SIDES, strict=True):
            out = post(F.interpolate(own(out) + early(feature), size=(side, side), mode="nearest"))
        return out[:, 0]


class SiamMask(nn.Module):
    """The whole network; templates and squares of several objects make one batch."""

    def __init__(self) -> None:
        super().__init__()
        self.features = Features()
        self.rpn_model = Proposals()
        self.mask_model = Masks()
        self.refine_model = Refinement()

    def template(self, x: Tensor) -> Tensor:
        """Return (N, 256, 7, 7), what is kept of objects, for their squares (N, 3, 127, 127)."""
        kept: Tensor = self.features.downsample(self.features.features(x).p3, template=True)
        return kept

    def search(self, x: Tensor) -> tuple[Stages, Tensor]:
        """Return the stages and the search feature (N, 256, 31, 31) of squares (N, 3, 255, 255)."""
        stages: Stages = self.features.features(x)
        feature: Tensor = self.features.downsample(stages.p3, template=False)
        return stages, feature

    def proposals(self, template: Tensor, search: Tensor) -> tuple[Tensor, Tensor]:
        """Return classes (N, 10, 25, 25) and boxes (N, 20, 25, 25) at every place, as the heads give them."""
        return self.rpn_model.cls(template, search), self.rpn_model.loc(template, search)

    def searched(self, template: Tensor, x: Tensor) -> tuple[Tensor, ...]:
        """Return classes, boxes, and all that `masks` takes but the template, for templates and squares."""
        stages, feature = self.search(x)
        return *self.proposals(template, feature), *stages[:3], feature

    def masks(
        self, template: Tensor, stages: tuple[Tensor, Tensor, Tensor], search: Tensor, places: Tensor
    ) -> Tensor:  # fmt: skip
        """Return (N, 127, 127) logits of each object at its place, (N, 2) rows and columns of the correlation.

        `stages` are the first three. Only what the places are made of is correlated: of the published network's 625
        masks an object has one.
        """
        near = _windows(search, places, 1, 0, REACH)
        vectors = self.mask_model.mask.correlate(template, near)
        p0, p1, p2 = (_windows(p, places, *how) for p, how in zip(stages, WINDOWS, strict=True))
        logits: Tensor = self.refine_model(vectors, (p0, p1, p2))
        return logits


def _adjusted() -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(256, 256, 3, bias=False), nn.BatchNorm2d(256), nn.ReLU(inplace=True))


def _pair(inputs: int, between: int, outputs: int) -> nn.Sequential:
    first, second = nn.Conv2d(inputs, between, 3, padding=1), nn.Conv2d(between, outputs, 3, padding=1)
    return nn.Sequential(first, nn.ReLU(inplace=True), second, nn.ReLU(inplace=True))


def _windows(features: Tensor, places: Tensor, step: int, around: int, side: int) -> Tensor:
    """Return (N, C, side, side): of each object the window that begins `step` times its place, zeros outside.

    Nothing here looks at the places' values, so that it may be recorded.
    """
    padded = F.pad(features, (around,) * 4)
    every = torch.arange(side, device=features.device)
    rows, columns = (places[:, axis, None] * step + every for axis in (0, 1))
    own = torch.arange(len(features), device=features.device)[:, None, None]
    return padded.permute(0, 2, 3, 1)[own, rows[:, :, None], columns[:, None]].permute(0, 3, 1, 2).contiguous()


def recognise(shapes: Shapes) -> Identity | None:
    """Say whether the tensors are a SiamMask model's that refines its masks."""
    if shapes.get("features.features.conv1.weight") != (64, 3, 7, 7) or "refine_model.deconv.weight" not in shapes:
        return None
    return Identity("siammask", "sharp")


def build(options: object) -> SiamMask:
    """Return the network without weights."""
    return SiamMask()
