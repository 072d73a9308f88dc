"""MobileSAM's encoder against the published code, with stand-in weights.

`mobile_sam.npz` was made by the authors' own program (github.com/ChaoningZhang/MobileSAM, 34bbbfd), on a CPU, filled by
`parity/fill.py`: of the picture below every 32nd channel and 8th row and column of the embedding, then, for a point
inside and one outside, every 32nd row and column of three masks' logits, and their scores. Ours differ from it by
3e-6 of the largest value; GELU by its tanh form would make 3.6e-4, no biases in one stage 5e-3.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

from engine.nets.checkpoint import shapes_of
from engine.tools.interactors.sam import net as sam
from engine.tools.interactors.sam.tinyvit import MOBILE_SAM, TinyPlan, plan_of
from engine.tools.progress import Stopped

GOLDEN = Path(__file__).parent / "mobile_sam.npz"
RELATIVE = 1e-4


@pytest.fixture(scope="module")
def net(filler: ModuleType) -> sam.SamNet:
    net = sam.SamNet(MOBILE_SAM)
    filler.fill_module(net)
    return net.eval().requires_grad_(False)


@pytest.fixture(scope="module")
def pixels() -> torch.Tensor:
    small = np.random.RandomState(0).randint(0, 256, (48, 64, 3)).astype(np.uint8)
    return sam.normalised(torch.from_numpy(small.repeat(16, 0).repeat(16, 1)).permute(2, 0, 1).float())


def near(found: torch.Tensor, golden: Any) -> None:
    assert found.shape == golden.shape
    assert float(np.abs(found.numpy() - golden).max()) <= RELATIVE * float(np.abs(golden).max())


def test_embedding_and_masks_are_those_of_the_published_code(net: sam.SamNet, pixels: torch.Tensor) -> None:
    golden, heard = np.load(GOLDEN), []
    embedding = sam.encode(net, pixels, lambda _text, done, total: heard.append((done, total)))
    near(embedding[0, ::32, ::8, ::8], golden["embedding"])
    points, labels = torch.tensor([[500.0, 300.0], [200.0, 600.0]]), torch.tensor([1.0, 0.0])
    low, scores = sam.decode(net, embedding, points, labels, None, None)
    near(low[1:, ::32, ::32], golden["low"])
    near(scores[1:], golden["scores"])
    assert heard == [(done, 16) for done in range(16)]  # 2 + 2 + 6 + 2 blocks, 3 steps between stages, the neck


def test_it_can_be_stopped_between_blocks(net: sam.SamNet, pixels: torch.Tensor) -> None:
    def stop(_text: str, done: int, _total: int) -> None:
        if done == 1:
            raise Stopped

    with pytest.raises(Stopped):
        sam.encode(net, pixels, stop)


@pytest.mark.parametrize(
    ("plan", "variant"),
    [
        (MOBILE_SAM, "mobile_sam"),
        (TinyPlan((32, 64, 160), (1, 2, 1), (0, 2, 5), (0, 7, 14)), "tiny_vit_160"),
    ],
)
def test_its_checkpoint_is_recognised_by_its_tensors(plan: TinyPlan, variant: str) -> None:
    with torch.device("meta"):
        shapes = shapes_of(sam.SamNet(plan).state_dict())
    found = sam.recognise(shapes)
    assert found is not None and (found.tool, found.variant, found.options) == ("sam", variant, plan)


def test_an_encoder_alone_and_other_networks_are_not_taken_for_it() -> None:
    with torch.device("meta"):
        shapes = shapes_of(sam.SamNet(MOBILE_SAM).state_dict())
    alone = {name: shape for name, shape in shapes.items() if name.startswith(sam.ENCODER)}
    assert sam.recognise(alone) is None and plan_of({}, sam.ENCODER) is None
    damaged = {name: shape for name, shape in shapes.items() if "layers.2.blocks.0.attn.attention_biases" not in name}
    assert sam.recognise(damaged) is None
