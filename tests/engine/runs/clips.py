"""Clips that tests of following share: real ones of the shared set, and a made one whose truth is exact."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np


def real(shared: Path, name: str, count: int):
    """Return the first frames of a clip, RGB, and the boxes of its object."""
    folder = shared / "data" / "tracks" / name
    files = sorted((folder / "frames").glob("*.jpg"))[:count]
    images = [cv2.cvtColor(cv2.imread(str(file)), cv2.COLOR_BGR2RGB) for file in files]
    rows = list(csv.DictReader((folder / "gt.csv").read_text().splitlines()))[:count]
    boxes = [tuple(float(row[side]) for side in "xywh") for row in rows]
    return images, [(x, y, x + width, y + height) for x, y, width, height in boxes]


def made(count: int, *, step=(3, 1), size=(40, 30), start=(30, 40), seed=1):
    """Return frames of one coloured, textured rectangle on a textured ground, and its boxes."""
    random = np.random.default_rng(seed)
    ground = cv2.GaussianBlur(random.integers(0, 255, (160, 240, 3), np.uint8), (9, 9), 0)
    thing = cv2.GaussianBlur(random.integers(60, 255, (size[1], size[0], 3), np.uint8), (5, 5), 0)
    thing[..., 2] = 0
    images, boxes = [], []
    for i in range(count):
        x, y = start[0] + step[0] * i, start[1] + step[1] * i
        image = ground.copy()
        image[y : y + size[1], x : x + size[0]] = thing
        images.append(image)
        boxes.append((float(x), float(y), float(x + size[0]), float(y + size[1])))
    return images, boxes
