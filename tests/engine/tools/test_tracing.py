"""The scissors' line: its ends, its course, its cost, and odd pictures."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import yaml

from engine.tools import tracing
from engine.tools.registry import find


def disc(side: int = 400, radius: int = 120) -> np.ndarray:
    picture = np.full((side, side, 3), 40, np.uint8)
    cv2.circle(picture, (side // 2, side // 2), radius, (210, 180, 60), -1)
    return picture


@pytest.mark.parametrize("moving", [False, True])
def test_a_line_follows_the_edge_and_ends_exactly_at_its_points(moving):
    tool = find("scissors").load(None, "cpu")
    start, end = (320.25, 200.75), (200.5, 320.0)
    line = tool.trace(tool.prepare(disc()), start, end, moving=moving)
    assert line[0] == start and line[-1] == end
    away = [abs(np.hypot(x - 200.5, y - 200.5) - 120) for x, y in line]
    assert max(away) < 3 and len(line) > 100


def test_inner_points_are_pixel_centres_one_step_apart():
    tool = tracing.Scissors()
    line = np.array(tool.trace(tool.prepare(disc()), (320.5, 200.5), (200.5, 320.5)))
    assert np.all(line % 1 == 0.5)
    assert np.abs(np.diff(line, axis=0)).max() == 1


def test_moving_the_cursor_builds_nothing_anew(monkeypatch):
    tool = tracing.Scissors()
    features = tool.prepare(disc())
    tool.trace(features, (320.5, 200.5), (300.5, 260.5), moving=True)
    monkeypatch.setattr(tracing, "_tool", lambda part: pytest.fail("edge maps were made again"))
    (kept,) = features.maps.values()
    source = kept.source
    for y in range(200, 290, 5):
        assert len(tool.trace(features, (320.5, 200.5), (300.5, y + 0.5), moving=True)) >= 2
    assert kept.source == source and len(features.maps) == 1


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (2, 50), (3, 4000), (5, 5)])
@pytest.mark.parametrize("grey", [False, True])
def test_thin_and_tiny_pictures_have_a_line(size, grey):
    picture = np.random.default_rng(0).integers(0, 255, size if grey else (*size, 3), np.uint8)
    tool = tracing.Scissors()
    features = tool.prepare(picture)
    for start, end in (((0.5, 0.5), (size[1] - 0.5, size[0] - 0.5)), ((-50.0, -9.0), (9999.0, 9999.0))):
        line = tool.trace(features, start, end)
        assert line[0] == start and line[-1] == end
        assert all(0 <= x <= size[1] and 0 <= y <= size[0] for x, y in line[1:-1])


def test_far_points_of_a_huge_frame_are_joined_at_a_bounded_resolution():
    picture = np.zeros((6000, 9000, 3), np.uint8)
    cv2.rectangle(picture, (1000, 1000), (8000, 5000), (200, 200, 200), -1)
    tool = tracing.Scissors()
    features = tool.prepare(picture)
    line = tool.trace(features, (1000.5, 1500.5), (1000.5, 4500.5))
    assert max(abs(x - 1000) for x, _ in line) < 40
    assert len(line) < 2 * tracing.SIDE


def test_kept_windows_are_bounded():
    tool = tracing.Scissors()
    features = tool.prepare(disc(3000, 900))
    for x in range(300, 2700, 200):
        tool.trace(features, (x + 0.5, 300.5), (x + 40.5, 300.5))
    assert len(features.maps) <= tracing.KEPT


def outlines_of(mask, step=80):
    ring = max(cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0], key=len).reshape(-1, 2)
    clicks = ring[:: max(1, len(ring) // max(3, round(len(ring) / step)))]
    return [(float(x) + 0.5, float(y) + 0.5) for x, y in clicks]


def overlap(points, mask):
    drawn = cv2.fillPoly(np.zeros_like(mask), [np.floor(np.array(points)).astype(np.int32)], 1)
    truth = mask > 0
    return (truth & (drawn > 0)).sum() / (truth | (drawn > 0)).sum()


def test_outlines_of_real_objects_beat_straight_lines_through_the_same_clicks(shared):
    items = yaml.safe_load((shared / "data" / "manifest.yaml").read_text())["segmentation"][::5]
    traced, straight = [], []
    for item in items:
        image = cv2.cvtColor(cv2.imread(str(shared / "data" / item["image"])), cv2.COLOR_BGR2RGB)
        mask = (cv2.imread(str(shared / "data" / item["mask"]), 0) == 255).astype(np.uint8)
        clicks = outlines_of(mask)
        tool = tracing.Scissors()
        features = tool.prepare(image)
        pairs = zip(clicks, clicks[1:] + clicks[:1], strict=True)
        ring = [p for a, b in pairs for p in tool.trace(features, a, b)[:-1]]
        traced.append(overlap(ring, mask))
        straight.append(overlap(clicks, mask))
    assert np.mean(traced) > np.mean(straight) + 0.02, (traced, straight)
