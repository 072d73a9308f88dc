"""Overlays: drawing a part equals a part of the drawing, and dirty rectangles hold all that differs."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest

from engine.handles import move, moved_vertex
from engine.prompt import Prompt
from engine.render import Renderer, dirty, paint_overlay
from engine.render.dirty import merged
from engine.render.text import Texts
from engine.scene import DraftView, Scene, Style
from engine.viewport import Viewport

spec = importlib.util.spec_from_file_location("render_scenes", Path(__file__).resolve().parent / "scenes.py")
scenes = importlib.util.module_from_spec(spec)
spec.loader.exec_module(scenes)
GALLERY = scenes.gallery()


def whole(scene: Scene, renderer: Renderer | None = None) -> np.ndarray:
    return (renderer or Renderer()).paint_overlay(scene, (0, 0, *scene.viewport.view_size))


def differs(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Where two overlays differ to the eye: colours count as much as they are opaque."""
    over = [image[..., :3] * (image[..., 3:] / 255.0) for image in (a, b)]
    colour = np.abs(over[0] - over[1]).max(axis=2)
    return np.maximum(colour, np.abs(a[..., 3].astype(int) - b[..., 3])) > 24


@pytest.mark.parametrize("name", sorted(GALLERY))
@pytest.mark.parametrize("rect", [(0, 0, 64, 64), (101, 57, 64, 64), (150, 100, 33, 80), (199, 179, 1, 1)])
def test_a_part_of_the_view_is_drawn_as_in_the_whole(name, rect):
    scene = GALLERY[name]
    x, y, width, height = rect
    part = paint_overlay(scene, rect)
    assert part.shape == (height, width, 4)
    # OpenCV cuts a line at the picture's border, which can move its anti-aliasing a little
    cut = whole(scene)[y : y + height, x : x + width]
    assert differs(part[: cut.shape[0], : cut.shape[1]], cut).mean() < 0.002


def changed_shape(scene: Scene, index: int, **changes: object) -> Scene:
    view = scene.shapes[index]
    fields = {
        key: changes.pop(key)
        for key in list(changes)
        if key in ("selected", "locked", "handles", "hot", "text", "origin")
    }
    shape = msgspec.structs.replace(view.shape, **changes) if changes else view.shape
    shapes = list(scene.shapes)
    shapes[index] = replace(view, shape=shape, **fields)
    return replace(scene, shapes=tuple(shapes))


def with_shape(scene: Scene, index: int, change) -> Scene:
    shapes = list(scene.shapes)
    shapes[index] = replace(shapes[index], shape=change(shapes[index].shape))
    return replace(scene, shapes=tuple(shapes))


def with_crops(scene: Scene, change) -> Scene:
    """The scene with every crop of its strip changed."""
    return replace(scene, strip=replace(scene.strip, crops=tuple(map(change, scene.strip.crops))))


def pairs() -> dict[str, tuple[Scene, Scene]]:
    plain, edit, states = GALLERY["shapes"], GALLERY["polygon-edit"], GALLERY["states"]
    tracks, trail, hints = GALLERY["origins"], GALLERY["trail"], GALLERY["hints"]
    prompt, draft, grid, brush = GALLERY["prompt"], GALLERY["draft"], GALLERY["grid"], GALLERY["brush"]
    last, strip = len(edit.shapes) - 1, GALLERY["strip"]
    band = replace(draft.draft, band=((40.0, 60.0),))
    more = replace(band, points=(*band.points, (92.0, 24.0)))
    bare = scenes.base_scene()
    points = draft.draft.points
    end = replace(draft.draft, type="polyline", closed=False, points=points[-1:], anchors=points)
    path = replace(bare, draft=end, preview=replace(prompt.preview, rings=prompt.preview.rings[:1], filled=False))
    return {
        "path begun": (bare, path),
        "path closes": (path, replace(path, draft=replace(end, hot=0))),
        "path simplified": (path, replace(path, preview=replace(path.preview, rings=(path.preview.rings[0][::3],)))),
        "path filled": (path, replace(path, preview=replace(path.preview, filled=True))),
        "vertex dragged": (edit, with_shape(edit, last, lambda s: moved_vertex(s, 3, (80, 140)))),
        "first vertex dragged out": (edit, with_shape(edit, last, lambda s: moved_vertex(s, 0, (290, 10)))),
        "hot vertex": (edit, changed_shape(edit, last, hot=5)),
        "vertex gone": (edit, changed_shape(edit, last, points=edit.shapes[last].shape.points[:-2])),
        "selected": (plain, changed_shape(plain, 0, selected=True)),
        "renamed": (plain, changed_shape(plain, 1, text="a much longer name")),
        "moved rectangle": (plain, with_shape(plain, 1, lambda s: move(s, 9, -30))),
        "moved mask": (plain, with_shape(plain, 6, lambda s: move(s, -20, 8))),
        "occluded": (plain, changed_shape(plain, 3, occluded=True)),
        "dashed vertex": (states, with_shape(states, 1, lambda s: moved_vertex(s, 3, (200, 99)))),
        "added": (replace(plain, shapes=plain.shapes[:-1]), plain),
        "removed": (plain, replace(plain, shapes=plain.shapes[2:])),
        "reordered": (plain, replace(plain, shapes=(*plain.shapes[1:4], plain.shapes[0], *plain.shapes[4:]))),
        "another's keyframe": (tracks, changed_shape(tracks, 1, origin="filled")),
        "of a track": (plain, changed_shape(plain, 1, origin="machine")),
        "marked outline's vertex": (
            changed_shape(tracks, 4, occluded=False),
            with_shape(changed_shape(tracks, 4, occluded=False), 4, lambda s: moved_vertex(s, 0, (110, 146))),
        ),
        "too small for a mark": (tracks, with_shape(tracks, 6, lambda s: moved_vertex(s, 2, (206, 130)))),
        "trail of another frame": (trail, replace(trail, trail=replace(trail.trail, places=trail.trail.places[5:]))),
        "trail gone": (trail, replace(trail, trail=None)),
        "hidden tracks": (trail, replace(trail, style=Style(hidden=True))),
        "polyline vertex": (plain, with_shape(plain, 4, lambda s: moved_vertex(s, 3, (210, 190)))),
        "click added": (prompt, replace(prompt, prompt=prompt.prompt.add((200, 20)))),
        "click gone": (prompt, replace(prompt, prompt=prompt.prompt.without(0), hot_click=None)),
        "prompt gone": (prompt, bare),
        "preview stale": (prompt, replace(prompt, preview=replace(prompt.preview, stale=True))),
        "one ring": (prompt, replace(prompt, preview=replace(prompt.preview, rings=prompt.preview.rings[:2]))),
        "band moved": (draft, replace(draft, draft=band)),
        "point added": (replace(draft, draft=band), replace(draft, draft=more)),
        "draft hot": (draft, replace(draft, draft=replace(draft.draft, hot=2))),
        "draft begun": (bare, draft),
        "reach moved": (GALLERY["scissors"], replace(GALLERY["scissors"], reach=(63, 38, 213, 188))),
        "grid typed": (grid, replace(grid, grid=replace(grid.grid, typed="d"))),
        "grid shown": (plain, grid),
        "hint typed": (hints, replace(hints, hints=(replace(hints.hints[2], typed=1),))),
        "hint gone": (hints, replace(hints, hints=hints.hints[1:])),
        "hints shown": (plain, replace(plain, hints=hints.hints)),
        "brush moved": (brush, replace(brush, brush=((90.0, 60.0), 30.0, "add"))),
        "strip's shown frame": (strip, with_crops(strip, lambda crop: replace(crop, here=crop.number == "99"))),
        "strip's box": (strip, with_crops(strip, lambda crop: replace(crop, box=(0.1, 0.2, 0.5, 0.9)))),
        "strip gone": (strip, replace(strip, strip=None)),
        "strip without numbers": (strip, replace(strip, strip=replace(strip.strip, numbers=False))),
        "style": (plain, replace(plain, style=Style(fill=0.6, outline=3, text_size=18))),
        "hidden": (plain, replace(plain, style=Style(hidden=True))),
        "panned": (plain, replace(plain, viewport=plain.viewport.zoomed(2, (100, 100)))),
    }


PAIRS = pairs()


@pytest.mark.parametrize("name", sorted(PAIRS))
@pytest.mark.parametrize("back", [False, True])
def test_redrawing_the_dirty_rectangles_gives_the_new_overlay(name, back):
    old, new = PAIRS[name][::-1] if back else PAIRS[name]
    renderer = Renderer()
    shown, wanted = whole(old, renderer), whole(new, renderer)
    assert differs(shown, wanted).any()
    for x, y, width, height in renderer.dirty(old, new):
        shown[y : y + height, x : x + width] = renderer.paint_overlay(new, (x, y, width, height))
    assert differs(shown, wanted).mean() < 0.0004


@pytest.mark.parametrize(
    ("name", "part"),
    [("vertex dragged", 0.25), ("hot vertex", 0.03), ("band moved", 0.3), ("click added", 0.05), ("reach moved", 0.2)],
)
def test_what_stays_is_not_redrawn(name, part):
    old, new = PAIRS[name]
    assert sum(w * h for _, _, w, h in dirty(old, new)) < part * 320 * 200


def test_what_is_hidden_has_neither_mark_nor_trail():
    for name in ("origins", "trail"):
        assert not whole(replace(GALLERY[name], style=Style(hidden=True))).any()


def test_a_crowd_bears_no_marks(monkeypatch):
    monkeypatch.setattr("engine.render.shapes.CROWD", 8)
    tracks = replace(GALLERY["origins"], style=Style(texts=False))
    bare = replace(tracks, shapes=tuple(replace(view, origin="") for view in tracks.shapes))
    human = [replace(scene, shapes=scene.shapes[:1] + bare.shapes[1:]) for scene in (tracks, bare)]
    assert not differs(*map(whole, human)).any()


def test_equal_scenes_have_nothing_to_redraw():
    plain = GALLERY["shapes"]
    copy = replace(plain, shapes=tuple(replace(view) for view in plain.shapes), cursor=(3.0, 4.0), brightness=0.5)
    assert dirty(plain, copy) == []
    assert dirty(None, plain) == [(0, 0, 320, 200)]
    attributes = changed_shape(plain, 0, attributes={"colour": "red"}, verified=True)
    assert dirty(plain, attributes) == []


def test_dirty_rectangles_lie_in_the_view():
    plain = GALLERY["shapes"]
    far = with_shape(plain, 0, lambda s: move(s, -70, -30))
    for x, y, width, height in dirty(plain, far):
        assert x >= 0 and y >= 0 and x + width <= 320 and y + height <= 200 and width > 0 and height > 0


def test_merging_covers_all_and_stays_small():
    rng = np.random.default_rng(0)
    rects = [(int(x), int(y), 20, 12) for x, y in rng.integers(0, 1500, (600, 2))]
    joined = merged(rects)
    assert len(joined) <= 24
    for x, y, width, height in rects:
        assert any(a <= x and b <= y and x + width <= a + c and y + height <= b + d for a, b, c, d in joined)


def test_lines_have_no_dark_fringe_and_bright_ones_a_halo():
    scene = Scene(None, Viewport((100, 100), (100, 100)), shapes=(scenes.view(3, "ellipse", ((50, 50), (80, 70))),))
    plain = replace(scene, style=Style(fill=0.0, texts=False))
    pixels = whole(plain).astype(int)
    assert pixels[50, 50, 3] == 0
    assert (np.abs(pixels[50, 78:82, :3] - scene.shapes[0].color).max(axis=1) < 30).any()
    assert (pixels[50, 82:86, :3].max(axis=1) < 40).any() and (pixels[50, 82:86, 3] > 100).any()


def box_ring(x1: float, y1: float, x2: float, y2: float) -> tuple[tuple[float, float], ...]:
    return (x1, y1), (x2, y1), (x2, y2), (x1, y2)


def test_fills_mix_like_light():
    views = (scenes.view(0, "polygon", box_ring(10, 10, 60, 60)), scenes.view(1, "polygon", box_ring(30, 30, 90, 90)))
    scene = Scene(None, Viewport((100, 100), (100, 100)), shapes=views, style=Style(fill=0.5, texts=False))
    pixels = whole(scene)
    below, above = views[0].color, views[1].color
    assert pixels[20, 20].tolist() == pytest.approx([*below, 128], abs=3)
    alpha = 0.75
    mixed = [(a * 0.5 + b * 0.5 * 0.5) / alpha for a, b in zip(above, below, strict=True)]
    assert pixels[45, 45].tolist() == pytest.approx([*mixed, 255 * alpha], abs=3)


@pytest.mark.parametrize("selected", [False, True])
def test_the_inside_of_a_box_is_thinner_than_that_of_an_outline(selected):
    def alpha(view) -> int:
        scene = Scene(None, Viewport((100, 100), (100, 100)), shapes=(view,), style=Style(texts=False))
        return int(whole(scene)[50, 50, 3])

    outline = scenes.view(0, "polygon", box_ring(10, 10, 90, 90), selected=selected)
    box = scenes.view(0, "rectangle", ((10, 10), (90, 90)), selected=selected)
    draft = Scene(
        None, Viewport((100, 100), (100, 100)), draft=DraftView("rectangle", ((10, 10), (90, 90)), outline.color)
    )
    assert 0 < alpha(box) < alpha(outline) / 2
    assert selected or int(whole(draft)[50, 50, 3]) == alpha(box)  # it does not change when it is finished


@pytest.mark.parametrize(("hot", "side"), [(None, 10), (0, 16)])
def test_handles_hide_little_of_the_picture(hot, side):
    view = scenes.view(0, "polyline", ((50, 50),), handles=True, hot=hot)
    style = Style(texts=False, fill=0.0)
    with_handle, without = (
        whole(Scene(None, Viewport((100, 100), (100, 100)), shapes=(shown,), style=style))
        for shown in (view, replace(view, handles=False, hot=None))
    )
    away = np.argwhere((with_handle != without).any(axis=2))
    assert len(away) and (np.ptp(away, axis=0) < side).all()


def test_huge_zoom_and_far_points_do_not_break_the_lines():
    wide = scenes.view(0, "polygon", ((-9e5, -9e5), (9e5, -9e5), (9e5, 9e5), (-9e5, 9e5)), occluded=True)
    scene = Scene(None, Viewport((12000, 9000), (200, 100), scale=64.0, origin=(50, 50)), shapes=(wide,))
    pixels = whole(replace(scene, style=Style(fill=0.5, texts=False)))
    assert (pixels[..., 3] == 128).all()


def test_texts_of_other_scripts_and_control_characters():
    base = scenes.view(0, "rectangle", ((30, 60), (150, 150)))
    viewport = Viewport((320, 200), (320, 200))
    plates = []
    for text in ("Straße", "дом", "猫 1", "a\x1b[31mb", "x" * 300, ""):
        pixels = whole(Scene(None, viewport, shapes=(replace(base, text=text),), style=Style(fill=0)))
        plates.append(pixels[36:57].copy())
    bright = [(plate[..., :3].min(axis=2) > 180).sum() for plate in plates]
    assert all(count > 8 for count in bright[:5]) and bright[5] == 0
    assert plates[4].shape[1] == 320 and len({plate.tobytes() for plate in plates}) == 6


@pytest.mark.skipif(not hasattr(cv2, "FontFace"), reason="the font of OpenCV 5")
@pytest.mark.parametrize(
    ("text", "same"),
    [("自動車と歩行者 7", "… 7"), ("a 交通 b 标志", "a … b …"), ("Жé ß", "")],
)
def test_what_the_font_has_not_takes_little_room(text, same):
    plate, other = (Texts().plate(words, 13, (255, 255, 255)) for words in (text, same or "x"))
    assert np.array_equal(plate, other) == bool(same)


def test_the_name_of_what_is_selected_lies_over_the_others():
    views = [scenes.view(number, "rectangle", ((20, 40), (90, 90))) for number in (1, 2)]
    selected = replace(views[0], selected=True)
    scene = Scene(None, Viewport((100, 100), (100, 100)), shapes=(selected, views[1]))
    last = replace(scene, shapes=(views[1], selected))
    assert np.array_equal(whole(scene)[18:36, 20:60], whole(last)[18:36, 20:60])


def test_an_empty_scene_is_transparent():
    scene = Scene(None, Viewport((10, 10), (40, 30)), prompt=Prompt())
    assert not whole(scene).any()


def of_strip(scene: Scene, *, without: int = 9, made: int = 9, moved: int = 0) -> Scene:
    """The scene without one of its crops, with another one made, all of them moved."""
    crops = [crop for place, crop in enumerate(scene.strip.crops) if place != without]
    if made < len(crops):
        crops[made] = replace(crops[made], pixels=scene.picture.pixels[:60, :48], key="made")
    crops = [replace(crop, rect=(crop.rect[0] + moved, *crop.rect[1:])) for crop in crops]
    return replace(scene, strip=replace(scene.strip, crops=tuple(crops)))


@pytest.mark.parametrize("changes", [{}, {"made": 3}, {"without": 1}, {"moved": 4}])
@pytest.mark.parametrize("back", [False, True])
def test_patches_bring_the_base_to_other_crops(changes, back):
    pair = GALLERY["strip"], of_strip(GALLERY["strip"], **changes)
    old, new = pair[::-1] if back else pair
    renderer = Renderer()
    assert renderer.same_base(old, new)
    shown, wanted, found = renderer.paint_base(old), renderer.paint_base(new), renderer.patches(old, new)
    assert bool(found) == bool(changes) and len(found) <= (10 if "moved" in changes else 1)
    for (x, y, width, height), pixels in sorted(found, key=lambda one: one[1].std() > 0):
        shown[y : y + height, x : x + width] = pixels
    assert (shown == wanted).all()


def test_a_draft_of_the_base_has_the_strip_as_well():
    scene, renderer = GALLERY["strip"], Renderer()
    small, whole_base = renderer.paint_base(scene, 2), renderer.paint_base(scene)
    assert np.abs(small[76:90].astype(int) - whole_base[152:180:2, ::2]).mean() < 12


def test_nothing_of_the_frame_reaches_into_the_band():
    scene = GALLERY["strip"]
    over = replace(scene, shapes=(scenes.view(0, "rectangle", ((-900, -900), (900, 900)), selected=True),))
    assert not differs(whole(scene, Renderer())[148:], whole(over, Renderer())[148:]).any()
