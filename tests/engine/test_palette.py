"""Label colours: valid, distinct, and far apart also without a sense for red and green."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest

from engine.palette import label_color, rgb

# Machado, Oliveira and Fernandes 2009, severity 1.0, in linear RGB
PROTANOPIA = [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
DEUTERANOPIA = [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]
SIGHT = {"normal": np.eye(3), "protanopia": np.array(PROTANOPIA), "deuteranopia": np.array(DEUTERANOPIA)}


def lab(color: str, sight: np.ndarray) -> np.ndarray:
    import cv2

    linear = (np.array(rgb(color)) / 255) ** 2.2
    seen = np.clip(sight @ linear, 0, 1) ** (1 / 2.2)
    return cv2.cvtColor(seen.astype(np.float32).reshape(1, 1, 3), cv2.COLOR_RGB2Lab).ravel()


@pytest.mark.parametrize("name", sorted(SIGHT))
def test_the_first_seven_can_be_told_apart(name):
    colors = [lab(label_color(i), SIGHT[name]) for i in range(7)]
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(colors, 2)) > 10


def test_twenty_one_colours_then_again():
    colors = [label_color(i) for i in range(21)]
    assert len(set(colors)) == 21 and all(re.fullmatch("#[0-9a-f]{6}", color) for color in colors)
    assert label_color(21) == colors[0]


def test_reading_colours():
    assert rgb("#ff8000") == (255, 128, 0) and rgb("#f80") == (255, 136, 0)
    assert rgb("red") == rgb("") == rgb("#zzzzzz") == (160, 160, 160)
