"""YOLO v3 of the Open Model Zoo: a TensorFlow graph or an IR that gives bare heads, on OpenVINO.

An IR ends in layers RegionYolo, which have applied the logistic function and name their anchors; it takes BGR of
0..255. The graph gives what goes into those layers, and takes RGB of 0..1. Pictures are stretched.
https://docs.openvino.ai: omz_models_model_yolo_v3_tf; operation RegionYolo-1
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from engine.errors import WeightsError
from engine.tools.base import Detection, Image
from engine.tools.detecting.decoding.yolov3 import Head, head, kept, rows
from engine.tools.detecting.fitting import Fitted, fit
from engine.tools.detecting.found import detections
from engine.tools.detecting.reading.darknet_published import TINY, YOLOV3
from engine.tools.detecting.runtimes.openvino import Network
from engine.tools.detecting.staged import Staged
from engine.tools.detecting.stretching import stretched
from engine.tools.detecting.yolov3.knowing import USUAL, pictures_of

Anchors = tuple[tuple[float, float], ...]
PER_HEAD = 3


def usual_anchors(heads: int) -> list[Anchors]:
    """Return the published anchors, the coarsest head's first."""
    flat = YOLOV3 if heads == PER_HEAD else TINY
    pairs = list(zip(flat[::2], flat[1::2], strict=True))
    return [tuple(pairs[first : first + PER_HEAD]) for first in range(PER_HEAD * (heads - 1), -1, -PER_HEAD)]


def regions(xml: Path) -> dict[int, Anchors]:
    """Return the anchors that an IR's layers RegionYolo name, by the rows of their grid; {} if it has none."""
    found = dict[int, Anchors]()
    for layer in ElementTree.parse(xml).iter("layer"):  # read before, by `signature_of`
        data, port = layer.find("data"), layer.find("output/port")
        if layer.get("type") != "RegionYolo" or data is None or port is None:
            continue
        flat, mask = (_numbers(data, name) for name in ("anchors", "mask"))
        pairs = list(zip(flat[::2], flat[1::2], strict=False))
        sides = [int(dim.text or 0) for dim in port.iterfind("dim")]
        if (
            len(sides) != 4
            or data.get("do_softmax", "0") in ("1", "true")
            or not all(0 <= n < len(pairs) for n in mask)
        ):
            raise WeightsError(f"{xml.name} is no network of YOLO v3", "its layers RegionYolo are of another version")
        found[sides[2]] = tuple(pairs[int(number)] for number in mask)
    return found


def _numbers(data: ElementTree.Element, name: str) -> list[float]:
    return [float(part) for part in data.get(name, "").split(",") if part.strip()]


class HeadsYolo(Staged[Fitted]):
    """The detector."""

    def __init__(self, network: Network, named: Callable[[int], tuple[str, ...]]) -> None:
        """Take a network and a function that names so many classes; raise WeightsError if its heads are no such."""
        self._network = network
        pictures = pictures_of(network.signature)
        if pictures is None:
            raise WeightsError(f"{network.name} takes no colour pictures", network.signature.described())
        ir = network.signature.kind == "ir"
        fitted = stretched(pictures, network.name, order="BGR" if ir else "RGB", usual=USUAL)
        self._how = fitted if ir else replace(fitted, divide=255.0)
        self._pictures = pictures.name
        self._regions = regions(network.path) if ir else {}
        self._last = pictures.shape[1] != PER_HEAD
        self._usual = usual_anchors(len(network.signature.outputs))
        self._named_by = named
        self._names: tuple[str, ...] = ()
        self.labels = self._named()

    def _named(self) -> tuple[str, ...]:
        """Learn from one empty picture how many classes there are: graphs do not always say."""
        grey = fit(np.full((*self._how.size, 3), 128, np.uint8), self._how)
        heads = self._heads(self.infer([grey])[0])
        self._names = self._named_by(heads[0].values.shape[-1] - 5)
        return tuple(name for name in self._names if name)

    def prepare(self, image: Image) -> Fitted:
        """Stretch a picture to the network's input."""
        return fit(image, self._how)

    def infer(self, inputs: Sequence[Fitted]) -> list[list[NDArray[Any]]]:
        """Return each picture's heads."""
        return [[out[0] for out in self._network.run({self._pictures: one.pixels}).values()] for one in inputs]

    def decode(self, answer: Sequence[NDArray[Any]], given: Fitted, threshold: float) -> list[Detection]:
        """Return the objects whose objectness and probability are above the threshold."""
        found = kept(rows(self._heads(answer), given.size, threshold))
        return detections(given.to_frame(found.boxes), found.scores, found.classes, self._names, threshold)

    def _heads(self, answer: Sequence[NDArray[Any]]) -> list[Head]:
        """Return the heads with their anchors, the coarsest first; the channels are 3 x (5 + classes)."""
        grids = [(out, self._channels_last(out)) for out in answer]
        grids.sort(key=lambda one: one[0].shape[0 if one[1] else 1])
        found = list[Head]()
        for (out, last), usual in zip(grids, self._usual, strict=True):
            anchors = self._regions.get(out.shape[0 if last else 1], usual)
            if out.shape[2 if last else 0] % len(anchors):
                raise WeightsError(
                    f"{self._network.name} is no network of YOLO v3", f"a head has the shape {out.shape}"
                )
            found.append(head(out, anchors, last=last, activated=bool(self._regions)))
        return found

    def _channels_last(self, out: NDArray[Any]) -> bool:
        """Say where a head's channels are: a grid is as wide and high as the input's share of it."""
        if out.shape[0] == out.shape[1] != out.shape[2]:
            return True
        if out.shape[1] == out.shape[2] != out.shape[0]:
            return False
        return self._last
