"""TransT: where is the template in a square of a later frame, by attention in place of correlation (Chen et al. 2021).

The network alone, in the published form of four fusion layers. Written from a description of the published model; the
parameter names are its checkpoint's. Inputs are RGB, normalised; tokens are the places of a feature map, row by row.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn

from engine.nets.checkpoint import Identity, Shapes
from engine.nets.layers import conv
from engine.nets.resnet import bottlenecks

EXPECTS = "a TransT model of four fusion layers (430 tensors, transt.pth)"
WIDTH = 256
HEADS = 8
HIDDEN = 2048
LAYERS = 4
TEMPERATURE = 10_000.0


class Body(nn.Module):
    """ResNet-50 up to its third stage, at an eighth of the size; the third has a dilation in its first block alone."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = conv(3, 64, 7, stride=2)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.layer1 = bottlenecks(64, 64, [1] * 3)
        self.layer2 = bottlenecks(256, 128, [1] * 4, stride=2)
        self.layer3 = bottlenecks(512, 256, [2, 1, 1, 1, 1, 1])

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, 1024, H / 8, W / 8) for (N, 3, H, W)."""
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        out: Tensor = self.layer3(self.layer2(self.layer1(x)))
        return out


class Backbone(nn.Module):
    """The body, under the name that it has in the file."""

    def __init__(self) -> None:
        super().__init__()
        self.body = Body()

    def forward(self, x: Tensor) -> Tensor:
        """Return the body's output."""
        out: Tensor = self.body(x)
        return out


class Fusion(nn.Module):
    """One layer: template (1) and search square (2) attend each to itself, then each to the other."""

    def __init__(self) -> None:
        super().__init__()
        self.self_attn1, self.self_attn2 = _attention(), _attention()
        self.multihead_attn1, self.multihead_attn2 = _attention(), _attention()
        self.linear11, self.linear12 = nn.Linear(WIDTH, HIDDEN), nn.Linear(HIDDEN, WIDTH)
        self.linear21, self.linear22 = nn.Linear(WIDTH, HIDDEN), nn.Linear(HIDDEN, WIDTH)
        self.norm11, self.norm12, self.norm13 = (nn.LayerNorm(WIDTH) for _ in range(3))
        self.norm21, self.norm22, self.norm23 = (nn.LayerNorm(WIDTH) for _ in range(3))

    def of_template(self, one: Tensor, at: Tensor) -> Tensor:
        """Return the template's tokens after they have attended to themselves: in the first layer they may be kept."""
        out: Tensor = self.norm11(one + _attended(self.self_attn1, one, at, one, at))
        return out

    def forward(self, one: Tensor, two: Tensor, at_one: Tensor, at_two: Tensor) -> tuple[Tensor, Tensor]:
        """Return both streams; `one` has attended to itself, `two` has not. `at_one` and `at_two` are positions."""
        two = self.norm21(two + _attended(self.self_attn2, two, at_two, two, at_two))
        first = self.norm12(one + _attended(self.multihead_attn1, one, at_one, two, at_two))
        second = self.norm22(two + _attended(self.multihead_attn2, two, at_two, one, at_one))
        first = self.norm13(first + self.linear12(torch.relu(self.linear11(first))))
        second = self.norm23(second + self.linear22(torch.relu(self.linear21(second))))
        return first, second


class Encoder(nn.Module):
    """The fusion layers."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Fusion() for _ in range(LAYERS))


class Last(nn.Module):
    """The square's tokens attend once more to the template's."""

    def __init__(self) -> None:
        super().__init__()
        self.multihead_attn = _attention()
        self.linear1, self.linear2 = nn.Linear(WIDTH, HIDDEN), nn.Linear(HIDDEN, WIDTH)
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)

    def forward(self, two: Tensor, one: Tensor, at_two: Tensor, at_one: Tensor) -> Tensor:
        """Return the square's tokens."""
        two = self.norm1(two + _attended(self.multihead_attn, two, at_two, one, at_one))
        out: Tensor = self.norm2(two + self.linear2(torch.relu(self.linear1(two))))
        return out


class Decoder(nn.Module):
    """The last attention and a normalisation."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([Last()])
        self.norm = nn.LayerNorm(WIDTH)


class FusionNetwork(nn.Module):
    """Everything between the features and the heads."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder, self.decoder = Encoder(), Decoder()

    def of_template(self, tokens: Tensor) -> Tensor:
        """Return what is kept of a template: its tokens after the first layer's attention to themselves."""
        first: Any = self.encoder.layers[0]
        kept: Tensor = first.of_template(tokens, positions(tokens))
        return kept

    def forward(self, one: Tensor, two: Tensor) -> Tensor:
        """Return the square's tokens `two`, given what is kept of the template; every layer changes both."""
        at_one, at_two = positions(one), positions(two)
        for index, layer in enumerate(self.encoder.layers):
            own: Any = layer
            one, two = own(own.of_template(one, at_one) if index else one, two, at_one, at_two)
        out: Tensor = self.decoder.norm(self.decoder.layers[0](two, one, at_two, at_one))
        return out


class Perceptron(nn.Module):
    """Three linear layers on each token."""

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(WIDTH, to) for to in (WIDTH, WIDTH, outputs))

    def forward(self, x: Tensor) -> Tensor:
        """Return (..., outputs)."""
        for layer in list(self.layers)[:-1]:
            x = torch.relu(layer(x))
        out: Tensor = self.layers[-1](x)
        return out


class TransT(nn.Module):
    """The whole network; templates and squares of several objects make one batch."""

    def __init__(self) -> None:
        super().__init__()
        self.featurefusion_network = FusionNetwork()
        self.class_embed = Perceptron(2)
        self.bbox_embed = Perceptron(4)
        self.input_proj = nn.Conv2d(1024, WIDTH, 1)
        self.backbone = nn.Sequential(Backbone())

    def tokens(self, x: Tensor) -> Tensor:
        """Return (N, H * W / 64, 256) of normalised squares (N, 3, H, W)."""
        found: Tensor = self.input_proj(self.backbone(x))
        return found.flatten(2).transpose(1, 2)

    def template(self, x: Tensor) -> Tensor:
        """Return (N, 256, 256), what is kept of objects, for their squares (N, 3, 128, 128)."""
        return self.featurefusion_network.of_template(self.tokens(x))

    def fuse(self, template: Tensor, x: Tensor) -> Tensor:
        """Return tokens (N, 1024, 256) of normalised squares (N, 3, 256, 256) that know the templates."""
        out: Tensor = self.featurefusion_network(template, self.tokens(x))
        return out

    def fused(self, template: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the tokens as `fuse`, and their classes."""
        tokens = self.fuse(template, x)
        return tokens, self.classes(tokens)

    def classes(self, tokens: Tensor) -> Tensor:
        """Return logits (..., 2) of tokens: the object first, then the background."""
        out: Tensor = self.class_embed(tokens)
        return out

    def boxes(self, tokens: Tensor) -> Tensor:
        """Return (..., 4) of tokens: middle x and y, width, height, in parts of the square."""
        return torch.sigmoid(self.bbox_embed(tokens))


def positions(tokens: Tensor) -> Tensor:
    """Return (1, T, 256), the places of the tokens of a square map, on their device."""
    return _sines_on(math.isqrt(tokens.shape[1]), tokens.device)


@lru_cache(maxsize=8)
def _sines_on(side: int, device: torch.device) -> Tensor:
    """Return them on a device, where they stay: while a step is recorded nothing may be sent there."""
    with torch.inference_mode(False):
        return _sines(side).to(device)


def _sines(side: int) -> Tensor:
    """Return (1, side * side, 256): sines and cosines by turns, of the row in the first half, then of the column."""
    half = WIDTH // 2
    at = torch.arange(1, side + 1, dtype=torch.float32)
    at = at / (at[-1] + 1e-6) * (2 * math.pi)
    index = torch.arange(half)
    waves = at[:, None] / TEMPERATURE ** (2 * (index // 2) / half)
    line = torch.where(index % 2 == 0, waves.sin(), waves.cos())
    rows, columns = line[:, None].expand(side, side, half), line[None].expand(side, side, half)
    return torch.cat([rows, columns], dim=2).reshape(1, side * side, WIDTH)


def _attention() -> nn.MultiheadAttention:
    return nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)


def _attended(attention: nn.Module, own: Tensor, at_own: Tensor, other: Tensor, at_other: Tensor) -> Tensor:
    """Return what tokens find at others; no place is ever padding, so nothing is masked."""
    out: Tensor = attention(own + at_own, other + at_other, other, need_weights=False)[0]
    return out


def recognise(shapes: Shapes) -> Identity | None:
    """Say whether the tensors are a TransT model's."""
    if "featurefusion_network.decoder.norm.weight" not in shapes or "backbone.0.body.conv1.weight" not in shapes:
        return None
    return Identity("transt", "n4")


def build(options: object) -> TransT:
    """Return the network without weights."""
    return TransT()
