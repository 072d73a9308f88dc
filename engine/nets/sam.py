"""SAM (segment-anything): its published network, with an encoder pass of our own that is twice as fast on a CPU.

The modules are segment-anything's, so the parameter names are those of its checkpoints, ViT-B, L and H alike: widths
and depths are read from the file; MobileSAM's checkpoint has the same decoder behind an encoder of its own
(`tinyvit.py`). The encoder pass computes the same numbers; it adds the relative positions as the
bias of a fused attention, a head at a time, in one buffer that is used again, so the 4096 x 4096 tables of all heads
never exist at once (1.5 GB instead of 3.6 GB for ViT-B). It can be stopped between layers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.nets.checkpoint import Identity, Shapes
from engine.nets.sam_decoder import decoded
from engine.nets.tinyvit import MOBILE_SAM, TinyPlan, TinyVit, plan_of

EXPECTS = "a SAM checkpoint (ViT-B, ViT-L, ViT-H or MobileSAM), a bare dict of 314, 482, 594 or 439 tensors"
SIDE = 1024
"""Pixels of the square that the encoder sees."""
PATCH = 16
LOW = 256
"""Side of the masks that the decoder gives and takes, in quarters of the square's pixels."""
MEAN = (123.675, 116.28, 103.53)
STD = (58.395, 57.12, 57.375)
CHANNELS = 256
ENCODER = "image_encoder."
VARIANTS = {(768, 12): "vit_b", (1024, 24): "vit_l", (1280, 32): "vit_h"}
OnStep = Callable[[str, int, int], None]
"""Takes (text, done, total); may raise to stop the encoder."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The encoder's size: its width, number of heads, window, and for each block whether it looks at everything."""

    width: int
    heads: int
    window: int
    overall: tuple[bool, ...]


def recognise(shapes: Shapes) -> Identity | None:
    """Say which SAM the tensors are, or None if they are none."""
    if "mask_decoder.iou_token.weight" not in shapes:
        return None
    tiny = plan_of(shapes, ENCODER)
    if tiny is not None:
        return Identity("sam", "mobile_sam" if tiny == MOBILE_SAM else f"tiny_vit_{tiny.widths[-1]}", tiny)
    start = shapes.get("image_encoder.pos_embed")
    tables = [
        shapes.get(f"image_encoder.blocks.{i}.attn.rel_pos_h")
        for i in range(sum(".attn.rel_pos_h" in name for name in shapes))
    ]
    if start is None or not tables:
        return None
    if start[:3] != (1, SIDE // PATCH, SIDE // PATCH) or any(table is None or len(table) != 2 for table in tables):
        return None
    width, rows, head = start[3], [table[0] for table in tables if table], tables[0][1]  # type: ignore[index]
    whole = 2 * (SIDE // PATCH) - 1
    window = next(((n + 1) // 2 for n in rows if n != whole), 14)
    plan = Plan(width, max(1, width // max(1, head)), window, tuple(n == whole for n in rows))
    return Identity("sam", VARIANTS.get((width, len(rows)), f"vit_{width}x{len(rows)}"), plan)


class SamNet(nn.Module):
    """Image encoder, prompt encoder and mask decoder under their published names."""

    def __init__(self, plan: Plan | TinyPlan) -> None:
        super().__init__()
        from segment_anything.modeling import (
            MaskDecoder,
            PromptEncoder,
            TwoWayTransformer,
        )

        grid = SIDE // PATCH
        self.image_encoder = TinyVit(plan) if isinstance(plan, TinyPlan) else large_encoder(plan)
        self.prompt_encoder = PromptEncoder(
            embed_dim=CHANNELS, image_embedding_size=(grid, grid), input_image_size=(SIDE, SIDE), mask_in_chans=16
        )
        self.mask_decoder = MaskDecoder(
            num_multimask_outputs=3, transformer_dim=CHANNELS, iou_head_depth=3, iou_head_hidden_dim=256,
            transformer=TwoWayTransformer(depth=2, embedding_dim=CHANNELS, mlp_dim=2048, num_heads=8),
        )  # fmt: skip
        self._positions: Tensor | None = None
        self.padding: dict[tuple[int, int], Tensor] = {}
        """What the encoder made of a picture's padding before its first global layer: the last shape of picture's."""

    def positions(self) -> Tensor:
        """Return the position encoding of the embedding's places (1, 256, 64, 64), computed once."""
        if self._positions is None:
            self._positions = self.prompt_encoder.get_dense_pe().contiguous(memory_format=torch.channels_last)
        return self._positions


def large_encoder(plan: Plan) -> nn.Module:
    """Return segment-anything's own encoder."""
    from segment_anything.modeling import ImageEncoderViT

    encoder: nn.Module = ImageEncoderViT(
        img_size=SIDE, patch_size=PATCH, embed_dim=plan.width, depth=len(plan.overall), num_heads=plan.heads,
        mlp_ratio=4, out_chans=CHANNELS, qkv_bias=True, norm_layer=partial(nn.LayerNorm, eps=1e-6),
        use_rel_pos=True, window_size=plan.window,
        global_attn_indexes=tuple(i for i, overall in enumerate(plan.overall) if overall),
    )  # fmt: skip
    return encoder


def build(options: Any) -> nn.Module:
    """Return the network of a Plan or TinyPlan, its weights undefined."""
    return SamNet(options)


# the picture


def input_size(size: tuple[int, int]) -> tuple[int, int]:
    """Return (height, width) of a frame of (height, width) in the encoder's square."""
    scale = SIDE / max(size)
    return int(size[0] * scale + 0.5), int(size[1] * scale + 0.5)


def resized(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the frame with its longer side at 1024, as the original does it (Pillow's bilinear with antialias)."""
    from PIL import Image

    height, width = input_size((image.shape[0], image.shape[1]))
    return np.array(Image.fromarray(image).resize((width, height), Image.Resampling.BILINEAR))


def normalised(pixels: NDArray[np.uint8], device: torch.device) -> Tensor:
    """Return (1, 3, 1024, 1024): normalised, then padded with zeros at the right and the bottom."""
    values = torch.from_numpy(np.ascontiguousarray(pixels)).to(device).permute(2, 0, 1).float()
    values = (values - values.new_tensor(MEAN)[:, None, None]) / values.new_tensor(STD)[:, None, None]
    return F.pad(values, (0, SIDE - values.shape[2], 0, SIDE - values.shape[1]))[None]


def quiet(text: str, done: int, total: int) -> None:
    """Take no notice of progress."""


def encode(net: SamNet, pixels: Tensor, on_step: OnStep = quiet, shown: tuple[int, int] = (SIDE, SIDE)) -> Tensor:
    """Return the embedding (1, 256, 64, 64) of normalised pixels; `on_step` hears of every half layer.

    `shown` is the (height, width) of the frame in them. Until the first layer that looks at everything, windows that
    show nothing but padding are the same for every picture: they are computed for the first one and kept.
    """
    encoder: Any = net.image_encoder
    if isinstance(encoder, TinyVit):
        return encoder(pixels, on_step)  # type: ignore[no-any-return]
    x = encoder.patch_embed(pixels) + encoder.pos_embed
    scratch = x.new_empty((SIDE // PATCH) ** 4)
    total = 2 * len(encoder.blocks) + 1
    first = next((i for i, layer in enumerate(encoder.blocks) if layer.window_size == 0), 0)
    part = seen(shown, encoder.blocks[0].window_size)
    whole = net.padding.get(part)
    if whole is not None and first:
        x = x[:, : part[0], : part[1]].contiguous()
    for i, layer in enumerate(encoder.blocks):
        if i == first and i:
            x = _completed(net, x, part, whole)
        on_step("Encoding the picture", 2 * i, total)
        x += attended(layer, x, scratch)
        on_step("Encoding the picture", 2 * i + 1, total)
        x += layer.mlp(layer.norm2(x))
    on_step("Encoding the picture", total - 1, total)
    return encoder.neck(x.permute(0, 3, 1, 2))  # type: ignore[no-any-return]


def seen(shown: tuple[int, int], window: int) -> tuple[int, int]:
    """Return the rows and columns of places in the windows that show something of (height, width) pixels."""
    grid, step = SIDE // PATCH, PATCH * max(1, window)
    rows, columns = (min(grid, -(-side // step) * max(1, window)) for side in shown)
    return rows, columns


def _completed(net: SamNet, x: Tensor, part: tuple[int, int], whole: Tensor | None) -> Tensor:
    """Return all places: those that were computed beside those that are known, or all of them, to be known."""
    if whole is None:
        if part != x.shape[1:3]:
            net.padding = {part: x.clone()}
        return x
    whole = whole.clone()
    whole[:, : part[0], : part[1]] = x
    return whole


def attended(layer: Any, x: Tensor, scratch: Tensor) -> Tensor:
    """Return what a block's attention adds to (1, rows, columns, width), in windows or over everything."""
    from segment_anything.modeling.image_encoder import (
        window_partition,
        window_unpartition,
    )

    rows, columns = x.shape[1:3]
    part, window = layer.attn, layer.window_size
    projected = part.qkv(layer.norm1(x))
    if window == 0:
        return part.proj(attention(part, projected, scratch))  # type: ignore[no-any-return]
    windows, padded = window_partition(_widened(projected, part.qkv.bias, window), window)
    found = window_unpartition(attention(part, windows, scratch), window, padded, (rows, columns))
    return part.proj(found)  # type: ignore[no-any-return]


def _widened(projected: Tensor, bias: Tensor, window: int) -> Tensor:
    """Fill (1, rows, columns, 3 width) up to whole windows: a place beyond is zero, so its projection is the bias."""
    _, rows, columns, width = projected.shape
    full = projected.new_empty(1, -(-rows // window) * window, -(-columns // window) * window, width)
    full[:, :rows, :columns] = projected
    full[:, rows:] = bias
    full[:, :rows, columns:] = bias
    return full


def attention(part: Any, projected: Tensor, scratch: Tensor) -> Tensor:
    """Return multi-head attention with decomposed relative positions: (windows, rows, columns, width) from 3 width.

    The score of query (r, c) and key (s, d) gets q . Rh[r - s] + q . Rw[c - d] (MViTv2, eq. 4), the unscaled q.
    """
    windows, rows, columns, _ = projected.shape
    heads, size = part.num_heads, rows * columns
    q, k, v = projected.reshape(windows, size, 3, heads, -1).permute(2, 0, 3, 1, 4).flatten(1, 2)
    grid = q.reshape(windows * heads, rows, columns, -1)
    down = torch.einsum("nrcd,rsd->nrcs", grid, _table(part.rel_pos_h, rows))
    across = torch.einsum("nrcd,csd->nrcs", grid, _table(part.rel_pos_w, columns))
    result = torch.empty_like(q)
    many = windows * heads
    step = many if projected.device.type == "cuda" else max(1, scratch.numel() // size**2)
    for start in range(0, many, step):
        part_of = slice(start, min(start + step, many))
        room = None if projected.device.type == "cuda" else scratch[: (part_of.stop - start) * size**2]
        bias = _bias(down[part_of], across[part_of], room)
        result[part_of] = F.scaled_dot_product_attention(
            q[part_of][None], k[part_of][None], v[part_of][None], attn_mask=bias[None], scale=part.scale
        )[0]
    return result.view(windows, heads, size, -1).transpose(1, 2).reshape(windows, rows, columns, -1)


def _table(positions: Tensor, side: int) -> Tensor:
    """Return the learned vectors (side, side, channels) for every pair of query and key places."""
    places = torch.arange(side, device=positions.device)
    return positions[places[:, None] - places[None, :] + side - 1]


def _bias(down: Tensor, across: Tensor, room: Tensor | None) -> Tensor:
    """Add (n, r, c, s) and (n, r, c, d) to (n, r c, s d), in a buffer that is there already if there is one."""
    count, rows, columns = down.shape[:3]
    shape = (count, rows, columns, rows, columns)
    if room is None or room.dtype != down.dtype:
        bias = down[..., :, None] + across[..., None, :]
    else:
        bias = torch.add(down[..., :, None], across[..., None, :], out=room.view(shape))
    return bias.view(count, rows * columns, rows * columns)


# the prompt


def decode(
    net: SamNet, embedding: Tensor, points: Tensor, labels: Tensor, box: Tensor | None, fed: Tensor | None
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """Return low-resolution logits (4, 256, 256) and predicted IoU (4): mask 0 for a clear prompt, 1..3 for one click.

    `points` (n, 2) and `box` (4) in pixels of the encoder's square, `labels` (n) 1 inside, 0 outside; `fed` (1, 1, 256,
    256) are logits of an earlier answer.
    """
    clicks = (points[None], labels[None]) if len(points) else None
    sparse, dense = net.prompt_encoder(points=clicks, boxes=None if box is None else box[None], masks=fed)
    return decoded(net.mask_decoder, embedding, net.positions(), sparse, dense)


def enlarged(low: Tensor, size: tuple[int, int]) -> Tensor:
    """Return logits (n, height, width) of the frame from low-resolution ones (n, 256, 256), both steps bilinear."""
    whole = np.empty((len(low), *size), np.float32)
    for part, out in zip(_shown(low, size), whole, strict=True):
        _enlarge(part, size, out)
    return torch.from_numpy(whole)


def masks(low: Tensor, size: tuple[int, int]) -> list[NDArray[np.bool_]]:
    """Return where `enlarged` is positive, one mask after the other in the same memory."""
    room, found = np.empty(size, np.float32), []
    for part in _shown(low, size):
        _enlarge(part, size, room)
        found.append(room > 0)
    return found


def _shown(low: Tensor, size: tuple[int, int]) -> NDArray[np.float32]:
    """Return the rows and columns that show the frame, and one more: the padding is cut off anyway.

    On the CPU: OpenCV enlarges in a third of torch's time, and a GPU would spend more on sending the result than on
    computing it.
    """
    height, width = input_size(size)
    factor = SIDE // LOW
    part = low[:, : min(LOW, height // factor + 2), : min(LOW, width // factor + 2)]
    return np.asarray(part.cpu().numpy(), np.float32)


def _enlarge(part: NDArray[np.float32], size: tuple[int, int], out: NDArray[np.float32]) -> None:
    import cv2

    height, width = input_size(size)
    factor = SIDE // LOW
    square = cv2.resize(part, (part.shape[1] * factor, part.shape[0] * factor), interpolation=cv2.INTER_LINEAR)
    cv2.resize(square[:height, :width], size[::-1], dst=out, interpolation=cv2.INTER_LINEAR)
