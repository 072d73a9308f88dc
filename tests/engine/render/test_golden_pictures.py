"""What scenes look like: small pictures, rewritten by TERMWAND_UPDATE_GOLDEN=1 only, to be looked at in the diff."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.render import Renderer

HERE = Path(__file__).resolve().parent
GOLDEN = HERE.parents[1] / "golden" / "render"
spec = importlib.util.spec_from_file_location("render_scenes", HERE / "scenes.py")
scenes = importlib.util.module_from_spec(spec)
spec.loader.exec_module(scenes)


def composed(scene) -> np.ndarray:
    """The overlay over the base, as a terminal with transparency shows it."""
    renderer = Renderer()
    width, height = scene.viewport.view_size
    over = renderer.paint_overlay(scene, (0, 0, width, height)).astype(np.float64)
    alpha = over[..., 3:] / 255
    return np.rint(renderer.paint_base(scene) * (1 - alpha) + over[..., :3] * alpha).astype(np.uint8)


@pytest.mark.parametrize("name", sorted(scenes.gallery()))
def test_a_scene_looks_as_it_did(name):
    found = composed(scenes.gallery()[name])
    path = GOLDEN / f"{name}.png"
    if os.environ.get("TERMWAND_UPDATE_GOLDEN") == "1":
        GOLDEN.mkdir(parents=True, exist_ok=True)
        assert cv2.imwrite(str(path), found[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 9])
    golden = cv2.imread(str(path))[..., ::-1]
    assert golden.shape == found.shape
    away = np.abs(golden.astype(int) - found).max(axis=2)
    # letters and anti-aliasing differ a little between versions of FreeType and OpenCV, places must not
    assert (away > 40).mean() < 0.004 and away.mean() < 0.5
