"""Answers made into outlines: the screen asks for them at every redraw, so they are worked out once."""

from __future__ import annotations

import numpy as np

from engine.results import mask_rings_of
from engine.tools.base import Prediction


def test_a_mask_with_a_hole_has_both_outlines_worked_out_once():
    mask = np.ones((6, 8), bool)
    mask[2:4, 3:5] = False
    answer = Prediction(mask, (10, 20))
    rings = mask_rings_of(answer, (100, 50))
    assert sorted(min(ring) for ring in rings) == [(10.0, 20.0), (13.0, 22.0)]
    assert mask_rings_of(answer, (100, 50))[0] is rings[0]
