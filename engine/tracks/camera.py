"""Measuring how the camera moved from one frame to the next: corners followed by Lucas-Kanade, the rest is outliers.

On pictures of 320 pixels on the longer side (Shi and Tomasi 1994; Bouguet's pyramidal Lucas-Kanade; RANSAC of a
similarity). What most corners do is the camera's motion; where too few agree, as at a cut or before a plain wall, the
scene counts as still: then steady interpolation is the plain one. Nothing outside asks for OpenCV unless it measures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.tracks.motion import STILL, Motion, Similarity

SIDE = 320
"""Longer side of the pictures that are compared, in pixels."""
CORNERS, QUALITY, APART = 300, 0.01, 7
"""At most so many corners, the weakest as strong as this part of the best, so many pixels apart."""
FEWEST, AGREEING = 10, 0.25
"""Corners, and the part of those followed, that must agree on a motion."""
WITHIN = 1.5
"""Pixels, at 320, by which an agreeing corner may be off."""
Grey = NDArray[np.uint8]
Image = NDArray[np.uint8]


def shrunk(image: Image) -> Grey:
    """Return an RGB frame (H, W, 3) in grey, at most 320 pixels on its longer side."""
    import cv2

    height, width = image.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA) if scale < 1 else image
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)


def step(before: Grey, after: Grey, width: int) -> Similarity:
    """Return the motion between two shrunk pictures in pixels of the frame, which is `width` wide; still if unsure."""
    import cv2

    if before.shape != after.shape:
        return STILL
    corners = cv2.goodFeaturesToTrack(before, CORNERS, QUALITY, APART)
    if corners is None or len(corners) < FEWEST:
        return STILL
    followed, found, _ = cv2.calcOpticalFlowPyrLK(before, after, corners, None, winSize=(15, 15), maxLevel=3)
    there = found.ravel() == 1
    if int(there.sum()) < FEWEST:
        return STILL
    matrix, agree = cv2.estimateAffinePartial2D(
        corners[there], followed[there], method=cv2.RANSAC, ransacReprojThreshold=WITHIN, maxIters=1000
    )
    if matrix is None or int(agree.sum()) < max(FEWEST, AGREEING * int(there.sum())):
        return STILL
    turn = complex(matrix[0, 0], matrix[1, 0])
    scale = before.shape[1] / width
    # OpenCV's whole numbers are centres of pixels, ours their corners
    return turn, (complex(matrix[0, 2], matrix[1, 2]) + 0.5 * (1 + 1j) * (1 - turn)) / scale


def measured(
    motion: Motion, pixels: Callable[[int], Image], frames: Sequence[int] | None = None
) -> Iterator[tuple[int, Similarity]]:
    """Yield the steps that are not known yet, as (the frame each begins at, motion); `frames` limits where to look.

    `pixels` gives a frame as RGB (H, W, 3); each is asked for once, in order.
    """
    wanted = motion.missing if frames is None else sorted(set(motion.missing) & {*frames})
    number, held, width = -1, None, 0
    for frame in wanted:
        if held is None or number != frame:
            image = pixels(frame)
            held, width = shrunk(image), image.shape[1]
        after = pixels(frame + 1)
        small = shrunk(after)
        yield frame, step(held, small, width) if after.shape[1] == width else STILL
        number, held, width = frame + 1, small, after.shape[1]
