"""RetinaNet on a ResNet, as detectron2 builds and names it.

Lin, Goyal, Girshick, He, Dollar: Focal Loss for Dense Object Detection (2017); github.com/facebookresearch/detectron2,
configs/COCO-Detection/retinanet_R_*_FPN. It differs from torchvision's: the stride of a stage is in its first 1x1
convolution, level 6 comes from the backbone's last features, anchors are not rounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from torch import Tensor, nn
from torch.nn import functional

from engine.nets.layers import spatial

BLOCKS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3)}
CHANNELS = 256
ANCHORS = 9
FIRST = "backbone.bottom_up.stem.conv1.weight"
CLASSES = "head.cls_score.weight"
OUTSIDE = ("anchor_generator.", "pixel_mean", "pixel_std")
"""Constants that some files hold beside the network."""
EXPECTS = "detectron2's RetinaNet on ResNet-50 or ResNet-101 with a feature pyramid"


@dataclass(frozen=True, slots=True)
class Form:
    """Which network a file holds."""

    depth: int
    classes: int


def recognise(shapes: Mapping[str, tuple[int, ...]]) -> Form | None:
    """Say which network these tensors are, or None."""
    rows = shapes.get(CLASSES, ())
    if FIRST not in shapes or len(rows) != 4 or rows[0] % ANCHORS:
        return None
    deep = sum(name.startswith("backbone.bottom_up.res4.") and name.endswith(".conv1.weight") for name in shapes)
    depth = next((depth for depth, blocks in BLOCKS.items() if blocks[2] == deep), 0)
    return Form(depth, rows[0] // ANCHORS) if depth else None


class Normed(nn.Conv2d):
    """A convolution without bias, then batch normalisation."""

    def __init__(self, inputs: int, outputs: int, size: int = 1, stride: int = 1) -> None:
        super().__init__(inputs, outputs, size, stride, size // 2, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, outputs, H / stride, W / stride)."""
        return cast(Tensor, self.norm(super().forward(x)))


class Block(nn.Module):
    """1x1 (with the stride), 3x3 and 1x1 convolutions and a shortcut."""

    def __init__(self, inputs: int, width: int, stride: int) -> None:
        super().__init__()
        self.shortcut = Normed(inputs, width * 4, 1, stride) if inputs != width * 4 else None
        self.conv1 = Normed(inputs, width, 1, stride)
        self.conv2 = Normed(width, width, 3)
        self.conv3 = Normed(width, width * 4)

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, width * 4, H / stride, W / stride)."""
        shortcut = x if self.shortcut is None else self.shortcut(x)
        out = functional.relu_(self.conv1(x))
        out = functional.relu_(self.conv2(out))
        return functional.relu_(self.conv3(out) + shortcut)


class Stem(nn.Module):
    """The first convolution and pooling, to a quarter of the size."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = Normed(3, 64, 7, 2)

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, 64, H / 4, W / 4)."""
        return functional.max_pool2d(functional.relu_(self.conv1(x)), 3, 2, 1)


def _stage(inputs: int, width: int, blocks: int, stride: int) -> nn.Sequential:
    rest = (Block(width * 4, width, 1) for _ in range(blocks - 1))
    return nn.Sequential(Block(inputs, width, stride), *rest)


class BottomUp(nn.Module):
    """The ResNet."""

    def __init__(self, depth: int) -> None:
        super().__init__()
        self.stem = Stem()
        two, three, four, five = BLOCKS[depth]
        self.res2 = _stage(64, 64, two, 1)
        self.res3 = _stage(256, 128, three, 2)
        self.res4 = _stage(512, 256, four, 2)
        self.res5 = _stage(1024, 512, five, 2)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return features at strides 8, 16 and 32."""
        three = self.res3(self.res2(self.stem(x)))
        four = self.res4(three)
        return three, four, self.res5(four)


class TopBlock(nn.Module):
    """Two more levels above the pyramid, from the backbone's last features."""

    def __init__(self) -> None:
        super().__init__()
        self.p6 = nn.Conv2d(2048, CHANNELS, 3, 2, 1)
        self.p7 = nn.Conv2d(CHANNELS, CHANNELS, 3, 2, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return features at strides 64 and 128."""
        six = self.p6(x)
        return six, self.p7(functional.relu(six))


class Pyramid(nn.Module):
    """The backbone with its feature pyramid."""

    def __init__(self, depth: int) -> None:
        super().__init__()
        self.bottom_up = BottomUp(depth)
        for level, inputs in ((3, 512), (4, 1024), (5, 2048)):
            self.add_module(f"fpn_lateral{level}", nn.Conv2d(inputs, CHANNELS, 1))
            self.add_module(f"fpn_output{level}", nn.Conv2d(CHANNELS, CHANNELS, 3, 1, 1))
        self.top_block = TopBlock()

    def forward(self, x: Tensor) -> list[Tensor]:
        """Return features at strides 8 to 128."""
        found = self.bottom_up(x)
        levels, above = list[Tensor](), None
        for level, features in zip((5, 4, 3), reversed(found), strict=True):
            own = self.get_submodule(f"fpn_lateral{level}")(features)
            if above is not None:
                own = own + functional.interpolate(above, spatial(own), mode="nearest")
            levels.insert(0, self.get_submodule(f"fpn_output{level}")(own))
            above = own
        return [*levels, *self.top_block(found[-1])]


class Head(nn.Module):
    """What every level goes through: classes and boxes of nine anchors a place."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.cls_subnet, self.bbox_subnet = _subnet(), _subnet()
        self.cls_score = nn.Conv2d(CHANNELS, ANCHORS * classes, 3, 1, 1)
        self.bbox_pred = nn.Conv2d(CHANNELS, ANCHORS * 4, 3, 1, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return (N, 9 * classes, H, W) logits and (N, 9 * 4, H, W) moves of the anchors."""
        return self.cls_score(self.cls_subnet(x)), self.bbox_pred(self.bbox_subnet(x))


def _subnet() -> nn.Sequential:
    pairs = ((nn.Conv2d(CHANNELS, CHANNELS, 3, 1, 1), nn.ReLU(inplace=True)) for _ in range(4))
    return nn.Sequential(*(layer for pair in pairs for layer in pair))


class RetinaNet(nn.Module):
    """The network."""

    def __init__(self, form: Form) -> None:
        super().__init__()
        self.backbone = Pyramid(form.depth)
        self.head = Head(form.classes)

    def forward(self, x: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Return logits and moves of each level for (N, 3, H, W), sides multiples of 32, BGR less the mean colour."""
        return [self.head(level) for level in self.backbone(x)]
