"""Darknet's .weights files, which hold numbers alone; and the two published networks of YOLO v3, so that those suffice.

A file's header is three int32, then a count of pictures seen: uint64 from version 0.2 on, else uint32. All that follows
is float32, little-endian. Sources: pjreddie/darknet, src/parser.c, cfg/yolov3.cfg, cfg/yolov3-tiny.cfg.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import WeightsError
from engine.textfile import is_web_page
from engine.tools.detecting.reading.darknet import Layer, Plan

HEADER = struct.Struct("<3i")
YOLOV3 = (10, 13, 16, 30, 33, 23, 30, 61, 62, 45, 59, 119, 116, 90, 156, 198, 373, 326)
TINY = (10, 14, 23, 27, 37, 58, 81, 82, 135, 169, 344, 319)
MOST = 10_000
"""Classes of one network."""


def numbers_of(path: Path) -> NDArray[np.float32]:
    """Return the numbers behind a .weights file's header, not yet read from the disk.

    Raise WeightsError for a file that has no such header.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(512)
    except OSError as error:
        raise WeightsError(f"{path.name} cannot be opened", f"{error.strerror or error} ({path})") from error
    if is_web_page(head):
        raise WeightsError(f"{path.name} is a web page, not a network", f"fetch the file in a browser ({path})")
    major, minor, _ = HEADER.unpack(head[: HEADER.size].ljust(HEADER.size, b"\xff"))
    start = HEADER.size + (8 if major * 10 + minor >= 2 else 4)
    if not (0 <= major < 10 and 0 <= minor < 100) or size <= start or (size - start) % 4:
        raise WeightsError(f"{path.name} is no darknet .weights file", f"its header or its length is wrong ({path})")
    return np.memmap(path, "<f4", "r", start)


def known(path: Path) -> Plan:
    """Return the published network that a .weights file without a .cfg is by its size; raise WeightsError if none."""
    count = len(numbers_of(path))
    if (found := published(count)) is not None:
        return found
    told = (
        f"{count:,} numbers are neither YOLO v3's nor YOLO v3 tiny's: put the .cfg that it was trained with beside it"
    )
    raise WeightsError(f"{path.name} needs its .cfg", f"{told}, as {path.with_suffix('.cfg').name} ({path})")


def _conv(filters: int, size: int = 3, stride: int = 1) -> Layer:
    return Layer("convolutional", filters, size, stride, True, "leaky")


def _output(anchors: Sequence[float], mask: range, classes: int) -> list[Layer]:
    pairs = list(zip(anchors[::2], anchors[1::2], strict=True))
    head = Layer("yolo", anchors=tuple(pairs[one] for one in mask), classes=classes)
    return [Layer("convolutional", len(mask) * (5 + classes)), head]


def yolov3(classes: int = 80, side: int = 416) -> Plan:
    """Return YOLO v3: Darknet-53 and three heads at strides 32, 16, 8."""
    layers = [_conv(32)]
    for filters, blocks in ((64, 1), (128, 2), (256, 8), (512, 8), (1024, 4)):
        layers.append(_conv(filters, stride=2))
        for _ in range(blocks):
            layers += [_conv(filters // 2, 1), _conv(filters), Layer("shortcut", sources=(len(layers) - 1,))]
    for number, (width, beside) in enumerate(((512, -1), (256, 61), (128, 36))):
        if number:
            layers += [Layer("route", sources=(len(layers) - 4,)), _conv(width, 1), Layer("upsample", stride=2)]
            layers.append(Layer("route", sources=(len(layers) - 1, beside)))
        layers += [_conv(width, 1), _conv(2 * width)] * 3
        first = 6 - 3 * number
        layers += _output(YOLOV3, range(first, first + 3), classes)
    return Plan(side, side, tuple(layers))


def tiny(classes: int = 80, side: int = 416) -> Plan:
    """Return YOLO v3 tiny: seven convolutions and two heads at strides 32 and 16."""
    layers = list[Layer]()
    for filters in (16, 32, 64, 128, 256, 512):
        layers += [_conv(filters), Layer("maxpool", size=2, stride=1 if filters == 512 else 2)]
    layers += [_conv(1024), _conv(256, 1), _conv(512), *_output(TINY, range(3, 6), classes)]
    layers += [
        Layer("route", sources=(13,)),
        _conv(128, 1),
        Layer("upsample", stride=2),
        Layer("route", sources=(19, 8)),
    ]
    layers += [_conv(256), *_output(TINY, range(3), classes)]
    return Plan(side, side, tuple(layers))


def published(count: int) -> Plan | None:
    """Return the published network of so many numbers, of COCO's 80 classes or others; None if it is neither."""
    for make in (yolov3, tiny):
        none, step = make(1).numbers(), make(2).numbers() - make(1).numbers()
        classes, rest = divmod(count - none, step)
        if not rest and 1 <= classes + 1 <= MOST:
            return make(classes + 1)
    return None
