"""Whatever stands out in a picture, by graph cuts from a grid of seeds: needs no weights, gives masks without classes.

From each seed two objects are cut, as the interactor would for a click there, one bold and one cautious; all are ranked
as wholes, and of those that are nearly the same the best one stays. On the pictures with truth that the weights were
not fitted to, 15 of 17 marked objects and 36 of 69 boxes have one among the 20 (IoU 0.5): no face, half the cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.specs import DetectorSpec
from engine.tools.base import Detection, Detector, Image, Prediction
from engine.tools.progress import report

if TYPE_CHECKING:
    from engine.tools.segment.regions import Regions

GRID = 6
"""Seeds in a row and in a column."""
BOLDNESS = (1.0, 0.0)
"""Added to the evidence of each seed."""
SMOOTH = 2.0
"""What a border that is cut costs, as for a click."""
SMALLEST, LARGEST = 0.003, 0.6
"""Parts of the picture: less is a speck, more is the background."""
FAINT = 0.3
"""Contrast at a region's border, beside the picture's usual one, from which it stands out at all."""
SAME = 0.6
"""Overlap from which two cuts are one region: the better one stays."""
AGREED = 0.7
"""Overlap from which another cut speaks for one."""
MOST = 20
"""Regions of a picture, the best ones."""
LEAST = 0.01
"""Score below which a cut is none of an object, whatever is asked for."""
WEIGHTS = np.array([-3.1, 1.1, -10.0, 0.9])
"""Of `measures`, fitted to half of the pictures with truth that the benchmark reads: is it an object that somebody
marked?"""

SPEC = DetectorSpec(
    id="regions",
    name="Regions",
    help="Proposes whatever stands out in a picture, with masks and without any model file or classes; small things "
    "(under a tenth of the side) are not seen. For object hints: a letter makes one an object of the label in use.",
    family="opencv",
    licence="our own code; OpenCV and SciPy: Apache-2.0 and BSD-3-Clause",
    source="Carreira, Sminchisescu: Constrained Parametric Min-Cuts for Automatic Object Segmentation (2010)",
    labels=("region",),
    gives_masks=True,
    nameless=True,
)

Cuts = NDArray[np.float32]
"""(m, n): 1 where a cut has a region of the graph."""


class Proposer:
    """Cuts of a picture, ranked."""

    labels = SPEC.labels

    def detect(self, images: Sequence[Image], threshold: float) -> list[list[Detection]]:
        """Return each picture's regions, the likeliest object first."""
        return [_found(image, threshold) for image in images]


def _found(image: Image, threshold: float) -> list[Detection]:
    from engine.tools.segment.drawing import drawn
    from engine.tools.segment.regions import regions_of

    regions = regions_of(image, (0, 0, image.shape[1], image.shape[0]))
    found = dict.fromkeys(cut.tobytes() for cut in _cuts(regions))
    cuts = np.array([np.frombuffer(one, bool) for one in found], np.float32).reshape(-1, regions.count)
    shares = cuts @ (regions.area / regions.area.sum())
    cuts = cuts[(shares > SMALLEST) & (shares < LARGEST)]
    if not len(cuts):
        return []
    same = _overlaps(regions, cuts)
    rows = measures(regions, cuts, same)
    scores = np.where(rows[:, 1] > FAINT, 1 / (1 + np.exp(-rows @ WEIGHTS)), 0.0)
    detections = list[Detection]()
    for number in _best(scores, same):
        patch = drawn(regions, cuts[number][regions.labels])
        bounds = patch.bounds()
        if scores[number] >= max(threshold, LEAST) and bounds is not None:
            mask = Prediction(patch.on(bounds).mask, bounds[:2])
            detections.append(Detection(SPEC.labels[0], float(scores[number]), bounds, mask))
    return detections


def _cuts(regions: Regions) -> Iterator[NDArray[np.bool_]]:
    """Yield what is cut from each seed."""
    from engine.tools.segment import evidence
    from engine.tools.segment.graph import SURE, cut, joined

    x1, y1, x2, y2 = regions.window
    for number in range(GRID * GRID):
        report("Looking for regions", number, GRID * GRID)
        row, column = divmod(number, GRID)
        pixel = x1 + int((column + 0.5) * (x2 - x1) / GRID), y1 + int((row + 0.5) * (y2 - y1) / GRID)
        seed, speaks = regions.at(pixel), evidence.first_click(regions, pixel) @ evidence.FIRST
        for boldness in BOLDNESS:
            bold = speaks + boldness
            bold[seed] = SURE
            yield joined(regions, cut(regions, bold, SMOOTH), seed)


def measures(regions: Regions, cuts: Cuts, same: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return a row (4) for each cut: 1, contrast at its border, share of the picture's rim, how many cuts agree."""
    border = cuts[:, regions.first] != cuts[:, regions.second]
    length = np.maximum(border @ regions.length, 1.0)
    contrast = border @ (regions.length * np.minimum(regions.contrast, 3.0)) / length
    agreeing = np.log1p((same > AGREED).sum(1))
    return np.column_stack([np.ones(len(cuts)), contrast, cuts[:, regions.rim].mean(1), agreeing])


def _overlaps(regions: Regions, cuts: Cuts) -> NDArray[np.floating]:
    weighed = cuts * regions.area.astype(np.float32)
    both, area = weighed @ cuts.T, weighed.sum(1)
    return np.asarray(both / (area[:, None] + area[None] - both))


def _best(scores: NDArray[np.float64], same: NDArray[np.floating]) -> list[int]:
    """Return the numbers of the best ones, those that are like a better one left out."""
    kept = list[int]()
    for number in np.argsort(-scores, kind="stable").tolist():
        if len(kept) < MOST and not any(same[number, other] >= SAME for other in kept):
            kept.append(number)
    return kept


def load(weights: Path | None, device: str) -> Detector:
    """Return the detector."""
    return Proposer()
