"""SAM against the goldens of the published package, with stand-in weights; one encoder pass for the whole file."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.nets.checkpoint import identify, shapes_of
from engine.prompt import Prompt
from engine.tools.interactors.sam import net as sam
from engine.tools.interactors.sam.tool import Features, SamInteractor

RELATIVE = 1e-4
_spec = importlib.util.spec_from_file_location("nets_help", Path(__file__).parent / "conftest.py")
assert _spec and _spec.loader
helps = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(helps)
DEVICE = helps.DEVICE
VIT_B = sam.Plan(768, 12, 14, tuple(i in (2, 5, 8, 11) for i in range(12)))
TINY = sam.Plan(32, 2, 14, (False, True))


@pytest.fixture(scope="module")
def golden(parity: Path) -> Any:
    return np.load(parity / "sam_vit_b" / "sam.npz")


@pytest.fixture(scope="module")
def net(filler: Any) -> sam.SamNet:
    net = sam.SamNet(VIT_B)
    filler.fill_module(net)
    return net.eval().requires_grad_(False).to(DEVICE)


@pytest.fixture(scope="module")
def pixels(parity: Path) -> torch.Tensor:
    return sam.resized(helps.read_rgb(parity / "video" / "frame_00.png"), DEVICE)


@pytest.fixture(scope="module")
def embedding(net: sam.SamNet, pixels: torch.Tensor) -> torch.Tensor:
    return sam.encode(net, sam.normalised(pixels))


def test_the_picture_is_resized_as_the_original_does_it(golden: Any, pixels: torch.Tensor) -> None:
    assert pixels.shape == (3, 768, 1024)
    assert np.array_equal(pixels.cpu().permute(1, 2, 0)[::8, ::8], golden["resized_s8"])


def test_the_layers(golden: Any, net: sam.SamNet, pixels: torch.Tensor) -> None:
    encoder = net.image_encoder
    x = encoder.patch_embed(sam.normalised(pixels))
    helps.near(x[0, ::4, ::4, ::16], golden["enc_pe"], relative=RELATIVE)
    x = x + encoder.pos_embed
    scratch = x.new_empty(4096**2) if DEVICE.type == "cpu" else None
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
        assert (one & other).sum() >= (0.999 if DEVICE.type == "cpu" else 0.99) * (one | other).sum()


def decoded(
    golden: Any, net: sam.SamNet, embedding: torch.Tensor, points: str, box: bool, fed: torch.Tensor | None
) -> tuple[torch.Tensor, torch.Tensor]:  # fmt: skip
    scale = 1024 / 320
    clicks = golden[points] * scale if points else np.zeros((0, 2))
    labels = golden["labels"] if points == "points" else np.ones(len(clicks))
    numbers = [clicks, labels, golden["box"] * scale]
    places, kinds, corners = (torch.tensor(given, dtype=torch.float32, device=DEVICE) for given in numbers)
    return sam.decode(net, embedding, places, kinds, corners if box else None, fed)


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
    tool = SamInteractor(net, DEVICE, None, "")
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
            near = RELATIVE * helps.WIDER
            assert answer.score == pytest.approx(float(golden[f"{case}_iou"][i]), rel=near, abs=near)
            full = np.zeros((240, 320), bool)
            (x, y), (rows, columns) = answer.origin, answer.mask.shape
            full[y : y + rows, x : x + columns] = answer.mask
            assert (full & wanted[i]).sum() >= (0.999 if DEVICE.type == "cpu" else 0.99) * (full | wanted[i]).sum()


@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize(("rows", "columns"), [(14, 14), (5, 9)])
def test_attention_is_the_same_with_and_without_room_for_tables(rows: int, columns: int, half: bool) -> None:
    torch.manual_seed(0)
    part = sam.SamNet(TINY).eval().requires_grad_(False).image_encoder.blocks[0].attn
    part.rel_pos_h.normal_(std=0.2), part.rel_pos_w.normal_(std=0.2)
    projected = torch.randn(3, rows, columns, 96)
    plain = sam.attention(part, projected, projected.new_empty(2 * (rows * columns) ** 2))
    with torch.autocast("cpu", torch.bfloat16, enabled=half):
        for scratch in (None, projected.new_empty((rows * columns) ** 2)):
            found = sam.attention(part, projected, scratch)
            assert torch.allclose(found.float(), plain, atol=0.05 if half else 1e-5)


@pytest.mark.parametrize("half", [False, True])
def test_the_encoder_is_the_same_with_and_without_room_for_tables(half: bool) -> None:
    """The way of a GPU, on the CPU: everything at once, in half precision too, padding known and not."""
    torch.manual_seed(0)
    net = sam.SamNet(TINY).eval().requires_grad_(False)
    wanted = None
    for picture in torch.randn(2, 1, 3, 1024, 1024):
        picture[:, :, 600:] = 0
        wanted = sam.encode(net, picture, shown=(600, 1024))
        net.padding.clear()
        for _ in range(2):
            with torch.autocast("cpu", torch.bfloat16, enabled=half):
                found = sam.encoded(net, picture, shown=(600, 1024)).float()
            assert torch.allclose(found, wanted, atol=0.1 if half else 1e-4)


def test_a_gpu_resizes_as_the_original_does_it() -> None:
    from PIL import Image

    from engine.nets import resampling

    image = np.random.default_rng(0).integers(0, 256, (270, 480, 3), np.uint8)
    for size in ((576, 1024), (101, 333), (270, 1024)):
        wanted = np.array(Image.fromarray(image).resize(size[::-1], Image.Resampling.BILINEAR)).astype(int)
        found = resampling.resized(torch.from_numpy(image), size).permute(1, 2, 0).numpy()
        assert np.abs(found - wanted).max() <= 1
        assert (found != wanted).mean() < 1e-4


def test_loading_it_does_not_import_torch_s_compiler_nor_torchvision(tmp_path: Path) -> None:
    """Both take seconds, before the first answer, for nothing."""
    torch.save(sam.SamNet(TINY).state_dict(), tmp_path / "tiny.pth")
    code = (
        "import sys, pathlib; from engine.tools.interactors.sam import load; load(pathlib.Path(sys.argv[1]), 'cpu');"
        "print([name for name in ('torch._dynamo', 'sympy', 'torchvision') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code, tmp_path / "tiny.pth"], capture_output=True, text=True)
    assert found.stdout.strip() == "[]", found.stderr
