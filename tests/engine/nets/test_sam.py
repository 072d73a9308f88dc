"""SAM against the goldens of the published package, with stand-in weights; one encoder pass for the whole file."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.nets import sam
from engine.nets.checkpoint import identify, shapes_of
from engine.prompt import Prompt
from engine.tools.clicking.sam import Features, SamInteractor

RELATIVE = 1e-4
_spec = importlib.util.spec_from_file_location("nets_help", Path(__file__).parent / "conftest.py")
assert _spec and _spec.loader
helps = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(helps)
VIT_B = sam.Plan(768, 12, 14, tuple(i in (2, 5, 8, 11) for i in range(12)))
TINY = sam.Plan(32, 2, 14, (False, True))


@pytest.fixture(scope="module")
def golden(parity: Path) -> Any:
    return np.load(parity / "sam_vit_b" / "sam.npz")


@pytest.fixture(scope="module")
def net(filler: Any) -> sam.SamNet:
    net = sam.SamNet(VIT_B)
    filler.fill_module(net)
    return net.eval().requires_grad_(False)


@pytest.fixture(scope="module")
def pixels(parity: Path) -> np.ndarray:
    return sam.resized(helps.read_rgb(parity / "video" / "frame_00.png"))


@pytest.fixture(scope="module")
def embedding(net: sam.SamNet, pixels: np.ndarray) -> torch.Tensor:
    return sam.encode(net, sam.normalised(pixels, torch.device("cpu")))


def test_the_picture_is_resized_as_the_original_does_it(golden: Any, pixels: np.ndarray) -> None:
    assert pixels.shape == (768, 1024, 3)
    assert np.array_equal(pixels[::8, ::8], golden["resized_s8"])


def test_the_layers(golden: Any, net: sam.SamNet, pixels: np.ndarray) -> None:
    encoder = net.image_encoder
    x = encoder.patch_embed(sam.normalised(pixels, torch.device("cpu")))
    helps.near(x[0, ::4, ::4, ::16], golden["enc_pe"], relative=RELATIVE)
    x = x + encoder.pos_embed
    scratch = x.new_empty(4096**2)
    for i in range(3):
        x = x + sam.attended(encoder.blocks[i], x, scratch)
        x = x + encoder.blocks[i].mlp(encoder.blocks[i].norm2(x))
        if i in (0, 2):
            helps.near(x[0, ::4, ::4, ::16], golden[f"enc_b{i}"], relative=RELATIVE)


def test_the_embedding(golden: Any, embedding: torch.Tensor) -> None:
    helps.near(embedding[0, ::4, ::2, ::2], golden["embedding"], relative=RELATIVE)


def test_the_positions(golden: Any, net: sam.SamNet) -> None:
    helps.near(net.prompt_encoder.get_dense_pe()[0, ::8, ::4, ::4], golden["image_pe"], relative=RELATIVE)


CASES = {
    "pts_multi": ("points", False, slice(1, 4), False),
    "pts_single": ("points", False, slice(0, 1), False),
    "one_multi": ("one_point", False, slice(1, 4), False),
    "box_single": ("", True, slice(0, 1), False),
    "box_pts_single": ("points", True, slice(0, 1), False),
    "feedback_single": ("points", False, slice(0, 1), True),
}


@pytest.mark.parametrize("case", CASES)
def test_the_decoder(case: str, golden: Any, net: sam.SamNet, embedding: torch.Tensor) -> None:
    points, box, which, feedback = CASES[case]
    fed = None
    if feedback:
        first = decoded(golden, net, embedding, "points", False, None)[0]
        fed = first[1:][int(golden["feedback_from"])][None, None]
    low, scores = decoded(golden, net, embedding, points, box, fed)
    helps.near(scores[which], golden[f"{case}_iou"], relative=RELATIVE)
    helps.near(low[which, ::2, ::2], golden[f"{case}_low_s2"], relative=RELATIVE)
    logits = sam.enlarged(low[which], (240, 320))
    helps.near(logits[:, ::4, ::4], golden[f"{case}_logits_s4"], relative=RELATIVE)
    wanted = np.unpackbits(golden[f"{case}_mask_bits"], axis=-1).astype(bool)
    found = (logits > 0).numpy()
    for one, other in zip(found, wanted, strict=True):
        assert (one & other).sum() >= 0.999 * (one | other).sum()


def decoded(
    golden: Any, net: sam.SamNet, embedding: torch.Tensor, points: str, box: bool, fed: torch.Tensor | None
) -> tuple[torch.Tensor, torch.Tensor]:  # fmt: skip
    scale = 1024 / 320
    clicks = golden[points] * scale if points else np.zeros((0, 2))
    labels = golden["labels"] if points == "points" else np.ones(len(clicks))
    corners = torch.tensor(golden["box"] * scale, dtype=torch.float32) if box else None
    places, kinds = torch.tensor(clicks, dtype=torch.float32), torch.tensor(labels, dtype=torch.float32)
    return sam.decode(net, embedding, places, kinds, corners, fed)


def test_every_published_size_is_recognised() -> None:
    for width, depth, heads, name in ((768, 12, 12, "vit_b"), (1024, 24, 16, "vit_l"), (1280, 32, 16, "vit_h")):
        overall = tuple((i + 1) % (depth // 4) == 0 for i in range(depth))
        plan = sam.Plan(width, heads, 14, overall)
        with torch.device("meta"):
            shapes = shapes_of(sam.build(plan).state_dict())
        found = sam.recognise(shapes)
        assert found is not None and found.variant == name and found.options == plan
    assert len(shapes) == 594


def test_the_names_are_the_published_ones(parity: Path) -> None:
    import gzip

    lines = gzip.decompress((parity / "sam_vit_b" / "manifest.txt.gz").read_bytes()).decode().splitlines()
    wanted = {line.split(" ", 1)[0]: line.split(" ", 1)[1].removesuffix(" float32") for line in lines}
    with torch.device("meta"):
        shapes = shapes_of(sam.build(VIT_B).state_dict())
    assert {name: str(shape) for name, shape in shapes.items()} == wanted


def test_a_small_net_gives_what_the_package_gives(tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = sam.SamNet(TINY).eval().requires_grad_(False)
    for name, parameter in net.named_parameters():
        if "rel_pos" in name or "pos_embed" in name:
            parameter.normal_(std=0.2)
    torch.save(net.state_dict(), tmp_path / "tiny.pth")
    assert identify(tmp_path / "tiny.pth").options == TINY
    x = torch.randn(1, 3, 1024, 1024)
    wanted = net.image_encoder(x)
    assert torch.allclose(sam.encode(net, x), wanted, atol=1e-4)


@pytest.mark.parametrize("shown", [(576, 1024), (1024, 500), (1024, 1024)])
def test_padding_that_is_known_from_another_picture_gives_the_same(shown: tuple[int, int]) -> None:
    torch.manual_seed(0)
    net = sam.SamNet(TINY).eval().requires_grad_(False)
    pictures = torch.zeros(3, 1, 3, 1024, 1024)
    pictures[:, :, :, : shown[0], : shown[1]] = torch.randn(3, 1, 3, *shown)
    for x in pictures:
        assert torch.allclose(sam.encode(net, x, shown=shown), net.image_encoder(x), atol=1e-4)
    assert len(net.padding) == (shown != (1024, 1024))


def test_the_encoder_can_be_stopped_between_layers() -> None:
    net = sam.SamNet(TINY).eval().requires_grad_(False)
    heard: list[int] = []

    def stop(text: str, done: int, total: int) -> None:
        heard.append(done)
        if done == 1:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        sam.encode(net, torch.zeros(1, 3, 1024, 1024), stop)
    assert heard == [0, 1]


def test_the_tool_on_the_same_picture(golden: Any, net: sam.SamNet, embedding: torch.Tensor) -> None:
    """Whole answers: a point at a pixel's centre is at one half for us; three masks for one click, best first."""
    tool = SamInteractor(net, torch.device("cpu"), None, "")
    several, (only,) = Prompt(), golden["one_point"] + 0.5
    one = Prompt().add((float(only[0]), float(only[1])))
    for (x, y), label in zip(golden["points"] + 0.5, golden["labels"], strict=True):
        several = several.add((float(x), float(y)), positive=bool(label))
    box = tuple(float(edge) + 0.5 for edge in golden["box"])
    order = golden["one_multi_iou"].argsort()[::-1]
    for prompt, case, which in (
        (several, "pts_single", [0]),
        (Prompt().with_box(box), "box_single", [0]),  # type: ignore[arg-type]
        (several.with_box(box), "box_pts_single", [0]),  # type: ignore[arg-type]
        (one, "one_multi", order),
    ):
        found = tool.predict(Features(embedding, (240, 320)), prompt)
        wanted = np.unpackbits(golden[f"{case}_mask_bits"], axis=-1).astype(bool)
        assert len(found.alternatives) == len(which) - 1
        for answer, i in zip([found, *found.alternatives], which, strict=True):
            assert answer.score == pytest.approx(float(golden[f"{case}_iou"][i]), rel=RELATIVE, abs=1e-4)
            full = np.zeros((240, 320), bool)
            (x, y), (rows, columns) = answer.origin, answer.mask.shape
            full[y : y + rows, x : x + columns] = answer.mask
            assert (full & wanted[i]).sum() >= 0.999 * (full | wanted[i]).sum()
