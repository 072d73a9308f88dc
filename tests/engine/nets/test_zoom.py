"""The crop rules against the published ones, and the way into a crop and back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.nets import zoom
from engine.nets.clicks import NetClick


def crop_of(row: np.ndarray) -> zoom.Crop:
    return tuple(int(value) for value in row)  # type: ignore[return-value]


@pytest.mark.parametrize("folder", ["ritm", "fbrs"])
def test_crops_are_the_published_ones(parity: Path, folder: str) -> None:
    units = np.load(parity / folder / "zoom_units.npz")
    rows = units["unit_roi/mask_rect_rmin_rmax_cmin_cmax__clickset__expansion__mincrop"]
    assert len(rows) > 100
    for row, wanted in zip(rows, units["unit_roi/roi"], strict=True):
        given = units[f"unit_roi/clickset{int(row[4])}_yxp"]
        clicks = [NetClick(float(y), float(x), bool(p)) for y, x, p in given]
        rules = zoom.ZoomRules(expansion=row[5], min_crop=max(0, int(row[6])))
        assert zoom.around(crop_of(row[:4]), clicks, (240, 320), rules) == crop_of(wanted), row


def test_overlap_and_holding_are_the_published_ones(parity: Path) -> None:
    units = np.load(parity / "ritm" / "zoom_units.npz")
    for one, other, wanted in zip(units["unit_iou/box1"], units["unit_iou/box2"], units["unit_iou/iou"], strict=True):
        assert zoom.overlap(crop_of(one), crop_of(other)) == pytest.approx(wanted, abs=1e-12)
    crop = crop_of(units["unit_check/roi"])
    found = [zoom.holds(crop, [NetClick(y, x)]) for y, x in units["unit_check/positive_click_yx"]]
    assert found == units["unit_check/inside"].tolist()


def test_a_negative_click_outside_the_crop_does_not_move_it() -> None:
    assert zoom.holds((10, 20, 10, 20), [NetClick(15, 15), NetClick(90, 90, positive=False)])


def test_bounds_of_nothing_is_none() -> None:
    mask = torch.zeros(5, 7, dtype=torch.bool)
    assert zoom.bounds(mask) is None
    mask[2, 3] = mask[4, 6] = True
    assert zoom.bounds(mask) == (2, 4, 3, 6)


def test_no_zoom_before_there_is_an_object() -> None:
    rules, clicks = zoom.ZoomRules(skip_clicks=1), [NetClick(5, 5), NetClick(6, 6)]
    empty = torch.zeros(300, 400)
    assert zoom.choose(None, clicks, (300, 400), rules, last=None) is None
    assert zoom.choose(empty, clicks, (300, 400), rules, last=None) is None
    from_the_start = zoom.ZoomRules(skip_clicks=-1)
    assert zoom.choose(None, clicks[:1], (300, 400), from_the_start, last=None) == (0, 299, 0, 399)


def test_a_crop_goes_back_where_it_came_from() -> None:
    crop = (20, 79, 30, 149)
    view = zoom.view((200, 300), [NetClick(20, 30), NetClick(50, 90)], crop, zoom.ZoomRules(target=240), longest=0)
    assert view.inner == (120, 240)
    assert view.clicks == (NetClick(0, 0), NetClick(60, 120))
    ramp = torch.arange(300, dtype=torch.float32).expand(1, 1, 200, 300)
    back = view.back(view.of(ramp))
    assert torch.allclose(back[20:80, 30:150], ramp[0, 0, 20:80, 30:150], atol=1e-3)
    assert back.sum() == back[20:80, 30:150].sum()


def test_a_large_picture_is_limited() -> None:
    view = zoom.view((2160, 3840), [NetClick(0, 3840 / 2)], None, zoom.ZoomRules(), longest=800)
    assert view.inner == (450, 800)
    assert view.clicks[0].column == pytest.approx(400)


def test_mirror_mean_of_a_mirrored_pair_is_the_picture() -> None:
    picture = torch.rand(1, 1, 4, 5)
    assert torch.equal(zoom.mirror_mean(zoom.with_mirror(picture)), picture)
