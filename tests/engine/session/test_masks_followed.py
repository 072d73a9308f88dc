"""A tracker that gives masks, over tracks of each type: the type that is drawn decides what each frame gets."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.document import Keyframe, Shape, ShapeType
from engine.edits import PutShape
from engine.geometry import corners
from engine.masks import decode, encode, mask_area
from engine.opening import open_session
from engine.options import Options
from engine.settings import Settings
from tests.engine.nets import conftest as goldens
from tests.engine.session.test_runs import Desk
from tests.stand_in_weights import install

few_threads = goldens.few_threads
KINDS: tuple[ShapeType, ...] = ("rectangle", "polygon", "mask")
BOX = (60.0, 46.0, 125.0, 114.0)


@pytest.fixture(scope="module")
def weights(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder with SiamMask's stand-in weights."""
    folder = tmp_path_factory.mktemp("weights")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TERMWAND_WEIGHTS", str(folder / "installed"))
        install(shared, folder, "siammask")
        yield folder


@pytest.fixture
def desk(shared: Path, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """The goldens' frames, on which the stand-in weights are known to find masks."""
    monkeypatch.setenv("TERMWAND_WEIGHTS", str(weights / "installed"))
    clip = tmp_path / "clip"
    clip.mkdir()
    for number in range(3):
        shutil.copy(shared / "parity" / "video" / f"frame_{number:02d}.png", clip)
    opened = open_session(Options((clip,), labels="thing", settings=Settings(interpolation="linear")))
    yield Desk(opened)
    opened.close()


def followed(desk: Desk, kind: ShapeType) -> tuple[Keyframe, ...]:
    """Draw the goldens' object, have SiamMask follow it as its keys do, and return the keyframes that it got."""
    (x1, y1, x2, y2), region = BOX, np.zeros((240, 320), bool)
    region[int(y1) : int(y2), int(x1) : int(x2)] = True
    ring = ((x1, y1), (x2, y1), (x2, y2), (x1, y2))
    points = {"rectangle": (ring[0], ring[2]), "polygon": ring}.get(kind, ())
    mask = encode(region) if kind == "mask" else None
    shape = Shape(desk.session.document.next_id, 0, "thing", kind, points, mask=mask)
    desk.do("frames.go 1")
    desk.session.commit("Draw", PutShape(shape))
    desk.session.selection.selected = shape.id
    desk.do("track.tracker siammask", "track.follow 3")
    number = desk.session.selection.selected
    assert number is not None
    track = desk.track(number)
    assert (track.type, track.tracker) == (shape.type, "siammask")
    return track.keyframes[1:]


def test_the_type_that_is_drawn_decides_between_turned_box_outline_and_mask(desk: Desk) -> None:
    boxes, rings, masks = (followed(desk, kind) for kind in KINDS)
    assert [one.frame for one in boxes] == [one.frame for one in rings] == [one.frame for one in masks] == [1, 2]
    assert not any(one.outside for one in (*boxes, *rings, *masks))
    assert any(one.rotation for one in boxes), "turned as the object lies"
    for box, ring, mask in zip(boxes, rings, masks, strict=True):
        assert mask.mask is not None and not mask.points and mask_area(mask.mask) > 1000
        assert len(box.points) == 2 and len(ring.points) > 4 and ring.mask is None and box.mask is None
        around = np.array(corners((*box.points[0], *box.points[1]), box.rotation), np.float32)
        beyond = [cv2.pointPolygonTest(around, point, True) for point in ring.points]
        assert min(beyond) > -2, "the box is round the outline"
        near = cv2.dilate(decode(mask.mask).astype(np.uint8), np.ones((5, 5), np.uint8))
        assert all(near[int(y), int(x)] for x, y in ring.points), "the outline is the mask's"
