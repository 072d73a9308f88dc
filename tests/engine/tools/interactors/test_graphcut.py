"""The interactor without weights: real pictures, obedience, odd sizes, what it keeps and what it forgets."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest
import yaml

from engine.errors import ToolError
from engine.prompt import Click, Prompt
from engine.tools.base import Prediction
from engine.tools.registry import find


@pytest.fixture(scope="module")
def tool():
    return find("graphcut").load(None, "cpu")


def scene(height: int = 240, width: int = 320) -> np.ndarray:
    """A red disc and a blue one on noisy green."""
    noise = np.random.default_rng(3).normal(0, 6, (height, width, 3))
    picture = np.full((height, width, 3), (60, 130, 60), np.float32) + noise
    cv2.circle(picture, (width // 3, height // 2), height // 5, (200, 50, 40), -1)
    cv2.circle(picture, (width * 3 // 4, height // 2), height // 6, (40, 60, 200), -1)
    return picture.clip(0, 255).astype(np.uint8)


def whole(prediction: Prediction, picture: np.ndarray) -> np.ndarray:
    mask = np.zeros(picture.shape[:2], bool)
    x, y = prediction.origin
    height, width = prediction.mask.shape
    assert 0 <= x <= x + width <= mask.shape[1] and 0 <= y <= y + height <= mask.shape[0]
    mask[y : y + height, x : x + width] = prediction.mask
    return mask


def disc(picture, x, radius):
    mask = np.zeros(picture.shape[:2], np.uint8)
    cv2.circle(mask, (int(x), picture.shape[0] // 2), int(radius), 1, -1)
    return mask > 0


def iou(a, b):
    return (a & b).sum() / max((a | b).sum(), 1)


def prompt(*clicks, box=None):
    return Prompt(tuple(Click((x, y), positive) for x, y, positive in clicks), box)


def test_one_click_finds_a_plain_object(tool):
    picture = scene()
    mask = whole(tool.predict(tool.prepare(picture), prompt((106, 120, True))), picture)
    assert iou(mask, disc(picture, 106, 48)) > 0.9


def test_a_box_alone_finds_a_plain_object(tool):
    picture = scene()
    mask = whole(tool.predict(tool.prepare(picture), prompt(box=(56, 70, 157, 171))), picture)
    assert iou(mask, disc(picture, 106, 48)) > 0.9


def test_a_second_click_adds_the_second_object_and_a_negative_one_takes_it_away(tool):
    picture = scene()
    features = tool.prepare(picture)
    both = prompt((106, 120, True), (240, 120, True))
    mask = whole(tool.predict(features, both), picture)
    assert iou(mask, disc(picture, 106, 48) | disc(picture, 240, 40)) > 0.85
    mask = whole(tool.predict(features, both.add((244, 124), positive=False)), picture)
    assert iou(mask, disc(picture, 106, 48)) > 0.8


def test_the_same_prompt_has_the_same_answer_however_it_came_about(tool):
    picture = scene()
    clicks = [(106, 120, True), (240, 120, True), (160, 60, False), (250, 110, False)]
    features, last = tool.prepare(picture), None
    for number in range(1, 5):
        last = tool.predict(features, prompt(*clicks[:number]), last)
    back = tool.predict(features, prompt(*clicks[:2]), last)
    fresh = tool.prepare(picture)
    assert np.array_equal(whole(last, picture), whole(tool.predict(fresh, prompt(*clicks)), picture))
    fresh = tool.prepare(picture)
    assert np.array_equal(whole(back, picture), whole(tool.predict(fresh, prompt(*clicks[:2])), picture))


def test_a_drawn_mask_is_refined_and_kept_elsewhere(tool):
    picture = scene()
    drawn = disc(picture, 106, 48)
    drawn[:, :40] = True
    start = Prediction(drawn.copy())
    mask = whole(tool.predict(tool.prepare(picture), prompt((240, 120, True)), start), picture)
    assert mask[drawn].mean() > 0.99 and mask[disc(picture, 240, 30)].mean() > 0.9
    assert np.array_equal(start.mask, drawn)


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (50, 1), (2, 2), (4000, 3), (9, 9), (30, 700)])
@pytest.mark.parametrize("grey", [False, True])
def test_odd_sizes_obey_every_click(tool, size, grey):
    random = np.random.default_rng(5)
    picture = random.integers(0, 255, size if grey else (*size, 3), np.uint8)
    features = tool.prepare(picture)
    asked, taken, last = Prompt(), {}, None
    for number in range(6):
        x, y = int(random.integers(size[1])), int(random.integers(size[0]))
        taken[x, y] = number % 2 == 0
        asked = asked.add((x + 0.5, y + 0.5), positive=taken[x, y])
        if any(taken.values()):
            last = tool.predict(features, asked, last) if asked.positive else None
            mask = whole(last, picture)
            assert all(mask[b, a] == positive for (a, b), positive in taken.items())
        else:
            break


@pytest.mark.parametrize("box", [(-50, -50, 900, 900), (10, 10, 10, 10), (318, 238, 400, 400), (0, 0, 320, 240)])
def test_boxes_of_every_kind_stay_in_the_frame(tool, box):
    picture = scene()
    mask = whole(tool.predict(tool.prepare(picture), prompt(box=box)), picture)
    outside = np.ones_like(mask)
    outside[max(int(box[1]), 0) : int(box[3]) + 1, max(int(box[0]), 0) : int(box[2]) + 1] = False
    assert not mask[outside].any()


def test_a_click_in_an_even_picture_and_points_outside_the_frame_are_answered(tool):
    picture = np.full((100, 130, 3), 90, np.uint8)
    features = tool.prepare(picture)
    mask = whole(tool.predict(features, prompt((-40, -3, True), (500, 500, False))), picture)
    assert mask[0, 0] and not mask[99, 129]


def test_only_negative_points_are_refused_with_a_sentence(tool):
    with pytest.raises(ToolError, match="point inside"):
        tool.predict(tool.prepare(scene()), prompt((5, 5, False)))


def test_a_small_object_in_a_huge_frame_is_found_and_nothing_whole_is_copied(tool):
    picture = np.full((4320, 7680, 3), (60, 130, 60), np.uint8)
    cv2.circle(picture, (6000, 3000), 60, (200, 50, 40), -1)
    features = tool.prepare(picture)
    answer = tool.predict(features, prompt((6000, 3000, True)))
    truth = np.zeros((4320, 7680), np.uint8)
    cv2.circle(truth, (6000, 3000), 60, 1, -1)
    assert iou(whole(answer, picture), truth > 0) > 0.85
    assert answer.mask.size < 1_000_000


def two_in_one(joint: str) -> np.ndarray:
    """A red disc, and to its right what a box round both cannot tell from it."""
    picture = scene()
    other = {"like it": (190, 60, 50), "unlike it": (40, 60, 200), "half like it": (150, 60, 90)}[joint]
    cv2.rectangle(picture, (150, 100), (205, 140), other, -1)
    return picture


BOTH, HEART, SPARE = (56, 70, 207, 171), (106, 120), (180, 120)
"""In `two_in_one`: the box round both, the middle of the disc and of what is too much."""


@pytest.mark.parametrize("joint", ["like it", "half like it", "unlike it"])
@pytest.mark.parametrize("start", ["box", "drawn"])
def test_a_negative_click_takes_a_part_away_where_nobody_has_clicked_inside(tool, joint, start):
    picture = two_in_one(joint)
    drawn = disc(picture, 106, 48)
    drawn[100:141, 150:206] = True
    asked = prompt((*SPARE, False), box=BOTH if start == "box" else None)
    given = None if start == "box" else Prediction(drawn)
    mask = whole(tool.predict(tool.prepare(picture), asked, given), picture)
    assert not mask[SPARE[::-1]] and mask[HEART[::-1]]
    assert mask[disc(picture, 106, 40)].mean() > 0.95, "the object is lost"
    assert mask[110:131, 170:196].mean() < 0.1, "the part stays"


@pytest.mark.parametrize("click", [(90, 120), (195, 110), (195, 75)])
@pytest.mark.parametrize("start", ["box", "drawn"])
def test_a_negative_click_leaves_most_of_an_object_that_nothing_sets_apart(tool, click, start):
    noise = np.random.default_rng(7).normal(0, 10, (240, 320, 3))
    picture = (110 + noise).clip(0, 255).astype(np.uint8)
    drawn = np.zeros((240, 320), bool)
    drawn[70:171, 70:212] = True
    features = tool.prepare(picture)
    asked, given = (prompt(box=(70, 70, 212, 171)), None) if start == "box" else (prompt(), Prediction(drawn))
    before = drawn if given else whole(tool.predict(features, asked), picture)
    after = whole(tool.predict(features, asked.add(click, positive=False), given), picture)
    assert not after[click[::-1]] and (before & after).sum() > 0.5 * before.sum()


def test_clicks_after_a_box_hold_what_it_won_and_go_on_to_obey(tool):
    picture = two_in_one("like it")
    features = tool.prepare(picture)
    asked = prompt((*SPARE, False), (70, 120, True), (290, 20, False), box=BOTH)
    mask = whole(tool.predict(features, asked), picture)
    assert iou(mask, disc(picture, 106, 48)) > 0.9


def robot(tool, image, truth, clicks, box=None):
    """Yield the overlap after each click at the middle of the largest wrong region, before them from the box."""
    features, asked, answer, mask = tool.prepare(image), Prompt(box=box), None, np.zeros(truth.shape, bool)
    if box:
        answer = tool.predict(features, asked)
        mask = whole(answer, image)
        yield iou(mask & (truth != 128), truth == 255)
    for _ in range(clicks):
        kinds = ((truth == 255) & ~mask, True), (mask & (truth == 0), False)
        wrong = max(kinds, key=lambda item: largest(item[0]).sum())
        deep = cv2.distanceTransform(np.pad(largest(wrong[0]), 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
        y, x = np.unravel_index(deep.argmax(), deep.shape)
        asked = asked.add((x + 0.5, y + 0.5), positive=wrong[1])
        answer = tool.predict(features, asked, answer)
        mask = whole(answer, image)
        yield iou(mask & (truth != 128), truth == 255)


def largest(mask):
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    return (labels == 1 + stats[1:, 4].argmax()).astype(np.uint8) if count > 1 else np.zeros(mask.shape, np.uint8)


def test_real_objects_are_had_in_a_few_clicks_and_rarely_get_worse(tool, shared):
    items = yaml.safe_load((shared / "data" / "manifest.yaml").read_text())["segmentation"][1::5]
    after, worse = [], []
    for item in items:
        image = cv2.cvtColor(cv2.imread(str(shared / "data" / item["image"])), cv2.COLOR_BGR2RGB)
        overlaps = list(robot(tool, image, cv2.imread(str(shared / "data" / item["mask"]), 0), 5))
        after.append(overlaps[-1])
        worse += [b < a - 0.01 for a, b in pairwise(overlaps)]
    assert np.mean(after) > 0.75 and np.mean(worse) < 0.15, (after, worse)


@pytest.mark.parametrize(("clicks", "boxed", "least"), [(3, False, 0.82), (1, True, 0.86)])
def test_the_likeliest_of_several_answers_is_nearer_to_real_objects_than_one(tool, shared, clicks, boxed, least):
    """Measured 0.86 and 0.87; 0.78 and 0.85 with one boldness for all pictures."""
    items = yaml.safe_load((shared / "data" / "manifest.yaml").read_text())["segmentation"][1 :: 4 if boxed else 5]
    last = []
    for item in items:
        image = cv2.cvtColor(cv2.imread(str(shared / "data" / item["image"])), cv2.COLOR_BGR2RGB)
        (x, y, width, height), truth = item["box"], cv2.imread(str(shared / "data" / item["mask"]), 0)
        last.append(list(robot(tool, image, truth, clicks, (x, y, x + width, y + height) if boxed else None))[-1])
    assert np.mean(last) > least, last


def test_a_correction_after_a_box_betters_real_objects_and_rarely_spoils_one(tool, shared):
    items = yaml.safe_load((shared / "data" / "manifest.yaml").read_text())["segmentation"][1::4]
    overlaps = []
    for item in items:
        image = cv2.cvtColor(cv2.imread(str(shared / "data" / item["image"])), cv2.COLOR_BGR2RGB)
        (x, y, width, height), truth = item["box"], cv2.imread(str(shared / "data" / item["mask"]), 0)
        overlaps.append(list(robot(tool, image, truth, 3, (x, y, x + width, y + height))))
    before, *_, after = np.mean(overlaps, axis=0)
    steps = np.diff(overlaps, axis=1)
    assert after > before + 0.05 and np.mean(steps < -0.05) < 0.15, overlaps
