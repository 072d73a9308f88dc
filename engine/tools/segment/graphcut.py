"""The interactor over regions: where to look, what a click changes, what is kept between clicks.

A prompt is answered click by click, as it was given: the first click (or the box) makes a mask, each further one
changes only what hangs together with it, so that a click rarely spoils what earlier ones won. The masks on the way are
kept, so a further click costs one step. The window is drawn round object and clicks, so small things in a large frame
are seen as finely as large ones.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.document import Box
from engine.errors import ToolError
from engine.geometry import box_union
from engine.prompt import Prompt
from engine.tools.base import Image, Prediction
from engine.tools.segment import choice, evidence
from engine.tools.segment.choice import Asked, Chosen, likeliest
from engine.tools.segment.drawing import drawn
from engine.tools.segment.evidence import Place, Soft
from engine.tools.segment.graph import SURE, cut, joined
from engine.tools.segment.patch import Patch, Pixel, around, dot, side
from engine.tools.segment.regions import Floats, Regions, Window, regions_of

Clicks = tuple[tuple[Pixel, bool], ...]
MARGIN, BOX_MARGIN, SLACK = 0.5, 0.3, 0.15
"""What a window shows round the object: when it is made, round a box, and what it must show at least to be used on."""
BOX_BOLDNESS, BOX_SMOOTH = 0.5, 1.5
LEVELS = 6
FIRST_BOLDNESS = (2.0, 1.2, 0.7, 0.3, -0.2, -0.8)
BOLDNESS = (1.6, 0.9, 0.2, -0.4, -1.0, -1.6, -2.4)
"""Added to the evidence of a first and of a further click: the likeliest of the answers is taken."""
EARLY, DETAIL_BOLDNESS = 4, BOLDNESS[2:]
"""Clicks that set the object right as a whole. Later ones mend details, of which a whole object's look says nothing:
there the first answer is taken that no one would be astonished at."""
GROWTH, LOSS = 1.0, 0.5
"""Shares of the object that a single further click adds or takes away at most before anybody is astonished."""
KEPT_WINDOWS = 8
KEPT_BYTES = 64 << 20


@dataclass(eq=False)
class Features:
    """A frame, the windows of it that were cut into regions, and the masks that prompts led to."""

    image: Image
    windows: OrderedDict[Window, Regions] = field(default_factory=OrderedDict)
    masks: OrderedDict[Hashable, Patch] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def size(self) -> tuple[int, int]:
        """Width, height."""
        return self.image.shape[1], self.image.shape[0]

    @property
    def nbytes(self) -> int:
        """Bytes of the frame and of what is kept of it."""
        windows, masks = tuple(self.windows.values()), tuple(self.masks.values())
        return self.image.nbytes + sum(kept.nbytes for kept in windows) + sum(kept.mask.nbytes for kept in masks)

    def regions(self, window: Window) -> Regions:
        """Return the window's regions, made if they are not there."""
        if window not in self.windows:
            self.windows[window] = regions_of(self.image, window)
        self.windows.move_to_end(window)
        while len(self.windows) > KEPT_WINDOWS:
            self.windows.popitem(last=False)
        return self.windows[window]

    def keep(self, key: Hashable, patch: Patch) -> Patch:
        """Keep a mask; the oldest go when they take too much room."""
        self.masks[key] = patch
        while len(self.masks) > 2 and sum(kept.mask.nbytes for kept in self.masks.values()) > KEPT_BYTES:
            self.masks.popitem(last=False)
        return patch


class GraphCut:
    """The interactor."""

    def prepare(self, image: Image) -> Features:
        """Return the frame's features: nothing is computed before the first click."""
        if image.ndim not in (2, 3) or 0 in image.shape:
            raise ToolError("A picture is needed", f"this one has the shape {image.shape}")
        return Features(image)

    def predict(self, features: Features, prompt: Prompt, previous: Prediction | None = None) -> Prediction:
        """Return the object's mask; a `previous` that is not ours (drawn, or another tool's) is the start instead."""
        if not prompt.positive and prompt.box is None and previous is None:
            raise ToolError("Graph cut needs a point inside the object or a box", "add one")
        with features.lock:
            clicks, box = _clicks(features, prompt), _clipped(features, prompt.box)
            given = previous is not None and all(kept.mask is not previous.mask for kept in features.masks.values())
            patch = Patch(previous.mask, previous.origin) if given and previous is not None else None
            patch = _begun(features, box, clicks) if patch is None else _edited(features, patch, clicks, 0, box)
        return Prediction(patch.mask, patch.origin)


def _clicks(features: Features, prompt: Prompt) -> Clicks:
    """Return the clicks by pixel, a later one in place of an earlier one on the same pixel, in order."""
    width, height = features.size
    found: dict[Pixel, bool] = {}
    for click in prompt.clicks:
        x, y = (min(max(int(v // 1), 0), limit - 1) for v, limit in zip(click.point, (width, height), strict=True))
        found.pop((x, y), None)
        found[x, y] = click.positive
    return tuple(found.items())


def _clipped(features: Features, box: Box | None) -> Window | None:
    """Return the whole pixels that a box touches, one at least."""
    if box is None:
        return None
    width, height = features.size
    x1, y1 = min(max(int(box[0] // 1), 0), width - 1), min(max(int(box[1] // 1), 0), height - 1)
    return x1, y1, min(max(int(-(-box[2] // 1)), x1 + 1), width), min(max(int(-(-box[3] // 1)), y1 + 1), height)


def _begun(features: Features, box: Window | None, clicks: Clicks) -> Patch:
    """Answer from the box or else from the first positive click on, beginning with what is kept."""
    if box is None:
        head = next((i for i, (_, positive) in enumerate(clicks) if positive), None)
        if head is None:
            raise ToolError("Graph cut needs a point inside the object or a box", "every point given is outside")
        clicks = (clicks[head], *clicks[:head], *clicks[head + 1 :])
    for length in range(len(clicks), -1, -1):
        patch = features.masks.get((box, clicks[:length]))
        if patch is not None:
            break
    else:
        length = 0 if box else 1
        start = _from_box(features, box) if box else _from_click(features, clicks[0][0])
        patch = features.keep((box, clicks[:length]), _obeying(start, clicks[:length]))
    for number in range(length, len(clicks)):
        patch = features.keep((box, clicks[: number + 1]), _edited(features, patch, clicks[: number + 1], number, box))
    return patch


def _from_click(features: Features, pixel: Pixel) -> Patch:
    """Find the object by looking closer until it fills the window, then once more round the estimate."""
    window: Window = (0, 0, *features.size)
    for _ in range(LEVELS):
        regions = features.regions(window)
        seed = regions.at(pixel)
        chosen = _cut_round(regions, evidence.first_click(regions, pixel) @ evidence.FIRST + 0.3, seed)
        soft = chosen[regions.labels].astype(np.float32)
        closer = around(box_union(_shown(regions, soft), dot(pixel)), MARGIN, features.size)
        if side(closer) > 0.3 * side(window):
            break
        window = closer
    if side(closer) <= 0.8 * side(window):
        patch = drawn(regions, soft)
        regions = features.regions(closer)
        soft = patch.reduced(regions)
    seed, speaks = regions.at(pixel), evidence.click_again(regions, pixel, soft) @ evidence.AGAIN
    cuts = [_cut_round(regions, speaks + boldness, seed) for boldness in FIRST_BOLDNESS]
    asked = Asked(pixel, True, np.zeros(regions.count, bool), speaks, regions.side)
    return drawn(regions, likeliest(regions, asked, cuts, choice.FIRST)[regions.labels].astype(np.float32))


def _shown(regions: Regions, soft: Soft) -> Window:
    """Return the window, in frame pixels, round what is object in work pixels (there is some)."""
    columns, rows = np.flatnonzero(soft.any(0)), np.flatnonzero(soft.any(1))
    (kx, ky), (x0, y0, x3, y3) = regions.scale, regions.window
    return (
        x0 + int(columns[0] / kx),
        y0 + int(rows[0] / ky),
        min(x0 + math.ceil((columns[-1] + 1) / kx), x3),
        min(y0 + math.ceil((rows[-1] + 1) / ky), y3),
    )


def _cut_round(regions: Regions, speaks: Floats, seed: int) -> Chosen:
    speaks[seed] = SURE
    return joined(regions, cut(regions, speaks, 2.0), seed)


def _from_box(features: Features, box: Window) -> Patch:
    regions = features.regions(around(box, BOX_MARGIN, features.size))
    inside = cut(regions, evidence_in(regions, box) + BOX_BOLDNESS, BOX_SMOOTH)
    return drawn(regions, inside[regions.labels].astype(np.float32)).on(box)


def evidence_in(regions: Regions, box: Window) -> Floats:
    """Return the evidence that a box gives: surely nothing outside it, within it weighed twice."""
    rows, outside = evidence.in_box(regions, box)
    speaks = rows @ evidence.BOX
    inside = cut(regions, np.where(outside, -SURE, speaks + BOX_BOLDNESS), BOX_SMOOTH)
    estimate = 0.3 / (1 + np.exp(-speaks)) + 0.7 * inside
    again = evidence.in_box_again(regions, rows, outside, estimate) @ evidence.BOX_AGAIN
    return np.where(outside, -2 * SURE, again)


def _edited(features: Features, patch: Patch, clicks: Clicks, done: int, box: Window | None) -> Patch:
    """Obey the clicks from number `done` on, one by one, each by changing what hangs together with it."""
    for number in range(done, len(clicks)):
        pixel, positive = clicks[number]
        if (pixel in patch) != positive:
            regions = features.regions(_window(features, patch, clicks[: number + 1]))
            patch = _changed(regions, patch, clicks[: number + 1], box)
        patch = _obeying(patch, clicks[: number + 1])
    return patch


def _window(features: Features, patch: Patch, clicks: Clicks) -> Window:
    """Return the smallest known window that shows object and clicks well, else a new one."""
    shown = patch.bounds() or dot(clicks[-1][0])
    for pixel, _ in clicks:
        shown = box_union(shown, dot(pixel))
    needed = around(shown, SLACK, features.size)
    for window in sorted(features.windows, key=side):
        if box_union(window, needed) == window and side(window) <= 2.2 * side(shown):
            return window
    return around(shown, MARGIN, features.size)


def _changed(regions: Regions, patch: Patch, clicks: Clicks, box: Window | None) -> Patch:
    """Return the mask with the place round the last click put right."""
    pixel, positive = clicks[-1]
    inside = np.array([regions.at(p) for p, kind in clicks if kind], np.intp)
    outside = np.array([regions.at(p) for p, kind in clicks if not kind], np.intp)
    soft = patch.reduced(regions)
    place = Place(pixel, inside, outside, len(clicks), box)
    rows, wrong, reach = evidence.further_click(regions, place, soft, positive=positive)
    speaks = rows @ (evidence.ADD if positive else evidence.REMOVE)
    most = (GROWTH if positive else LOSS) * max(float(soft.sum()), 1.0)
    levels = BOLDNESS if len(clicks) <= EARLY else DETAIL_BOLDNESS
    cuts = (_reached(regions, place, speaks + boldness, wrong, positive=positive) for boldness in levels)
    if len(clicks) <= EARLY:
        asked = Asked(pixel, positive, wrong != positive, speaks, reach, most)
        chosen = likeliest(regions, asked, list(cuts), choice.ADD if positive else choice.REMOVE)
    else:
        chosen = _unsurprising(regions, cuts, most)
    change = chosen[regions.labels]
    return drawn(regions, np.where(change, np.float32(positive), soft), patch, change)


def _unsurprising(regions: Regions, cuts: Iterable[Chosen], most: float) -> Chosen:
    """Return the first change that no one would be astonished at, the last if all would."""
    for chosen in cuts:
        if regions.area[chosen].sum() <= most:
            break
    return chosen


def _reached(
    regions: Regions, place: Place, speaks: Floats, wrong: NDArray[np.bool_], *, positive: bool
) -> NDArray[np.bool_]:
    """Return the regions that change with a click: those cut off by the evidence that hang together with it."""
    seed, sign = regions.at(place.pixel), 1 if positive else -1
    speaks = np.where(wrong, sign * speaks, sign * SURE)
    speaks[place.outside], speaks[place.inside] = -SURE, SURE
    speaks[seed] = sign * SURE
    return joined(regions, (cut(regions, speaks, 2.0) == positive) & wrong, seed)


def _obeying(patch: Patch, clicks: Clicks) -> Patch:
    """Return the mask with the clicked pixels as the clicks say, on its smallest window."""
    window = patch.bounds()
    for pixel, positive in clicks:
        window = box_union(window or dot(pixel), dot(pixel)) if positive or window is None else window
    whole = patch.on(window or patch.window)
    x1, y1, x2, y2 = whole.window
    for (x, y), positive in clicks:
        if x1 <= x < x2 and y1 <= y < y2:
            whole.mask[y - y1, x - x1] = positive
    return whole
