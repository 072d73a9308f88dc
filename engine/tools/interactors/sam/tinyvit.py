"""TinyViT, the encoder of MobileSAM: 1024 x 1024 pixels to the embedding that SAM's decoder takes.

Written from the paper (Wu et al.: TinyViT, 2022) and the layout of MobileSAM's checkpoint, whose parameter names it
has. Four stages: inverted bottlenecks, then three of attention in windows, each block with a depthwise convolution
between attention and MLP. Everything is (pictures, rows, columns, channels), which is also how convolutions on a CPU
like it best. MobileSAM halves the picture one time less than TinyViT: the last stage keeps 64 x 64 places.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count, takewhile

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CHANNELS = 256
"""Of the embedding."""
RATIO = 4
"""Width of the inner layers of bottlenecks and MLPs, in widths of the stage."""
CLASSES = 1000
"""The checkpoint still has the classifier that the encoder was trained with."""
OnStep = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class TinyPlan:
    """For each stage its width, number of blocks, heads and window side; the first has neither heads nor windows."""

    widths: tuple[int, ...]
    depths: tuple[int, ...]
    heads: tuple[int, ...]
    windows: tuple[int, ...]


MOBILE_SAM = TinyPlan((64, 128, 160, 320), (2, 2, 6, 2), (0, 4, 5, 10), (0, 7, 14, 7))


def plan_of(shapes: Mapping[str, tuple[int, ...]], prefix: str) -> TinyPlan | None:
    """Return the size of the encoder whose tensors have names with this prefix, or None if there is none."""
    stages = [f"{prefix}layers.{i}.blocks." for i in takewhile(lambda i: _has(shapes, f"{prefix}layers.{i}."), count())]
    first = [shapes.get(f"{stage}0.local_conv.c.weight", shapes.get(f"{stage}0.conv3.c.weight")) for stage in stages]
    biases = [shapes.get(f"{stage}0.attn.attention_biases") for stage in stages[1:]]
    if len(stages) < 2 or any(shape is None or len(shape) != 4 for shape in first):
        return None
    if any(shape is None or len(shape) != 2 for shape in biases):
        return None
    heads, places = zip(*(shape for shape in biases if shape), strict=True)
    depths = [len({name.removeprefix(stage).split(".")[0] for name in shapes if name.startswith(stage)})
              for stage in stages]  # fmt: skip
    return TinyPlan(
        tuple(shape[0] for shape in first if shape), tuple(depths), (0, *heads),
        (0, *(round(many**0.5) for many in places)),
    )  # fmt: skip


def _has(shapes: Mapping[str, tuple[int, ...]], start: str) -> bool:
    return any(name.startswith(start) for name in shapes)


class TinyVit(nn.Module):
    """The encoder."""

    def __init__(self, plan: TinyPlan = MOBILE_SAM) -> None:
        super().__init__()
        width, last = plan.widths[0], plan.widths[-1]
        self.patch_embed = nn.Module()
        self.patch_embed.seq = nn.Sequential(
            normed(3, width // 2, 3, stride=2), nn.GELU(), normed(width // 2, width, 3, stride=2)
        )
        self.layers = nn.ModuleList(Stage(plan, number) for number in range(len(plan.widths)))
        self.norm_head = nn.LayerNorm(last)  # neither this nor the next has a part in the embedding
        self.head = nn.Linear(last, CLASSES)
        self.neck = nn.Sequential(
            nn.Conv2d(last, CHANNELS, 1, bias=False), nn.LayerNorm(CHANNELS, eps=1e-6),
            nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1, bias=False), nn.LayerNorm(CHANNELS, eps=1e-6),
        )  # fmt: skip

    def forward(self, pixels: Tensor, on_step: OnStep) -> Tensor:
        """Return the embedding (1, 256, 64, 64) of normalised pixels (1, 3, 1024, 1024); `on_step` hears of blocks."""
        seq = self.patch_embed.seq
        assert isinstance(seq, nn.Sequential)
        x = seq(pixels.contiguous(memory_format=torch.channels_last)).permute(0, 2, 3, 1)
        steps = [part for stage in self.layers for part in parts(stage)]
        for done, part in enumerate(steps):
            on_step("Encoding the picture", done, len(steps) + 1)
            x = part(x)
        on_step("Encoding the picture", len(steps), len(steps) + 1)
        reduce, first, smooth, second = self.neck
        x = first(convolved(reduce, x))
        return second(convolved(smooth, x)).permute(0, 3, 1, 2).contiguous()  # type: ignore[no-any-return]


class Stage(nn.Module):
    """Blocks of one width, then the step to the next width."""

    def __init__(self, plan: TinyPlan, number: int) -> None:
        super().__init__()
        width, heads, window = plan.widths[number], plan.heads[number], plan.windows[number]
        self.blocks = nn.ModuleList(
            Block(width, heads, window) if window else Bottleneck(width) for _ in range(plan.depths[number])
        )
        if number + 1 < len(plan.widths):
            halves = number + 2 < len(plan.widths)
            self.downsample: nn.Module | None = Merging(width, plan.widths[number + 1], stride=2 if halves else 1)
        else:
            self.downsample = None


def parts(stage: nn.Module) -> list[nn.Module]:
    """Return what a picture passes through in a stage, in order."""
    assert isinstance(stage, Stage)
    return [*stage.blocks, *([stage.downsample] if stage.downsample is not None else [])]


class Bottleneck(nn.Module):
    """1x1 to four times the width, 3x3 depthwise, 1x1 back; the input added."""

    def __init__(self, width: int) -> None:
        super().__init__()
        inner = RATIO * width
        self.conv1 = normed(width, inner, 1)
        self.conv2 = normed(inner, inner, 3, groups=inner)
        self.conv3 = normed(inner, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return (pictures, rows, columns, width)."""
        inner = F.gelu(convolved(self.conv2, F.gelu(convolved(self.conv1, x))))
        return F.gelu(x + convolved(self.conv3, inner))


class Merging(nn.Module):
    """The step to another width, mostly with half as many rows and columns."""

    def __init__(self, width: int, wider: int, *, stride: int) -> None:
        super().__init__()
        self.conv1 = normed(width, wider, 1)
        self.conv2 = normed(wider, wider, 3, stride=stride, groups=wider)
        self.conv3 = normed(wider, wider, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return (pictures, rows / stride, columns / stride, wider)."""
        return convolved(self.conv3, F.gelu(convolved(self.conv2, F.gelu(convolved(self.conv1, x)))))


class Block(nn.Module):
    """Attention in windows, a depthwise 3x3 convolution, an MLP."""

    def __init__(self, width: int, heads: int, window: int) -> None:
        super().__init__()
        self.window = window
        self.attn = Attention(width, heads, window)
        self.local_conv = normed(width, width, 3, groups=width)
        self.mlp = Mlp(width)

    def forward(self, x: Tensor) -> Tensor:
        """Return (pictures, rows, columns, width)."""
        x = convolved(self.local_conv, x + self._attended(x))
        return x + self.mlp(x)  # type: ignore[no-any-return]

    def _attended(self, x: Tensor) -> Tensor:
        """Attend within windows of window x window places; rows and columns of zeros fill the last ones."""
        many, rows, columns, width = x.shape
        side = self.window
        x = F.pad(x, (0, 0, 0, -columns % side, 0, -rows % side))
        down, across = x.shape[1] // side, x.shape[2] // side
        tiles = x.reshape(many, down, side, across, side, width).transpose(2, 3)
        seen = self.attn(tiles.reshape(-1, side * side, width))
        tiles = seen.view(many, down, across, side, side, width).transpose(2, 3)
        return tiles.reshape(many, down * side, across * side, width)[:, :rows, :columns]  # type: ignore[no-any-return]


class Attention(nn.Module):
    """Multi-head attention over a window; each head has a learned bias for each distance (rows, columns)."""

    def __init__(self, width: int, heads: int, side: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)
        self.attention_biases = nn.Parameter(torch.empty(heads, side * side))
        self.side = side

    def forward(self, x: Tensor) -> Tensor:
        """Return (windows, places, width)."""
        windows, places, width = x.shape
        parts = self.qkv(self.norm(x)).view(windows, places, self.heads, 3, -1)  # each head has its q, k, v together
        q, k, v = parts.permute(3, 0, 2, 1, 4)
        bias = self.attention_biases[:, self._distances()].to(q.dtype)
        seen = F.scaled_dot_product_attention(q, k, v, attn_mask=bias)
        return self.proj(seen.transpose(1, 2).reshape(windows, places, width))  # type: ignore[no-any-return]

    def _distances(self) -> Tensor:
        """Return for each pair of places the number of their distance: rows apart * side + columns apart."""
        device = self.attention_biases.device
        row, column = (
            torch.arange(self.side**2, device=device).div(self.side, rounding_mode="floor"),
            torch.arange(self.side**2, device=device).remainder(self.side),
        )
        return (row[:, None] - row).abs() * self.side + (column[:, None] - column).abs()


class Mlp(nn.Module):
    """Two linear layers with a norm before them."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.fc1 = nn.Linear(width, RATIO * width)
        self.fc2 = nn.Linear(RATIO * width, width)

    def forward(self, x: Tensor) -> Tensor:
        """Return what is added to `x`."""
        return self.fc2(F.gelu(self.fc1(self.norm(x))))  # type: ignore[no-any-return]


def normed(before: int, after: int, side: int, *, stride: int = 1, groups: int = 1) -> nn.Sequential:
    """Return a convolution and its batch norm, named `c` and `bn`."""
    layer = nn.Conv2d(before, after, side, stride, side // 2, groups=groups, bias=False)
    return nn.Sequential(OrderedDict(c=layer, bn=nn.BatchNorm2d(after)))


def convolved(layer: nn.Module, x: Tensor) -> Tensor:
    """Return a convolution of (pictures, rows, columns, channels)."""
    return layer(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)  # type: ignore[no-any-return]
