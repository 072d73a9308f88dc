"""SAM (segment-anything): its published network, with an encoder pass of our own that is twice as fast on a CPU.

The modules are segment-anything's, so the parameter names are those of its checkpoints, ViT-B, L and H alike: widths
and depths are read from the file; MobileSAM's checkpoint has the same decoder behind an encoder of its own
(`tinyvit.py`). The encoder pass computes the same numbers; it adds the relative positions as the
bias of a fused attention, on a CPU a head at a time, in one buffer that is used again, so the 4096 x 4096 tables of all
heads never exist at once (1.5 GB instead of 3.6 GB for ViT-B); there it can be stopped between layers. On CUDA encoder
and decoder are recorded (`recorded.py`).
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

from engine.nets import resampling
from engine.nets.checkpoint import Identity, Shapes
from engine.nets.recorded import Recorded
from engine.nets.upload import on_device
from engine.tools.interactors.sam.decoder import decoded
from engine.tools.interactors.sam.package import modeling
from engine.tools.interactors.sam.tinyvit import MOBILE_SAM, TinyPlan, TinyVit, plan_of

EXPECTS = "a SAM checkpoint (ViT-B, ViT-L, ViT-H or MobileSAM), a bare dict of 314, 482, 594 or 439 tensors"
SIDE = 1024
"""Pixels of the square that the encoder sees."""
PATCH = 16
LOW = 256
"""Side of the masks that the decoder gives and takes, in quarters of the square's pixels."""
MEAN = (123.675, 116.28, 103.53)
STD = (58.395, 57.12, 57.375)
CHANNELS = 256
ALIGNED = 8
"""Numbers in 16 bytes of half precision."""
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
        parts = modeling()
        grid = SIDE // PATCH
        self.image_encoder = TinyVit(plan) if isinstance(plan, TinyPlan) else large_encoder(plan)
        # the meta device, where a checkpoint's network is built, draws random numbers in Python: that alone would
        # import torch's compiler, four seconds before the first answer
        with torch.device("cpu"):
            self.prompt_encoder = parts.PromptEncoder(
                embed_dim=CHANNELS, image_embedding_size=(grid, grid), input_image_size=(SIDE, SIDE), mask_in_chans=16
            )
            self.mask_decoder = parts.MaskDecoder(
                num_multimask_outputs=3, transformer_dim=CHANNELS, iou_head_depth=3, iou_head_hidden_dim=256,
                transformer=parts.TwoWayTransformer(depth=2, embedding_dim=CHANNELS, mlp_dim=2048, num_heads=8),
            )  # fmt: skip
        self._positions: Tensor | None = None
        self.padding: dict[tuple[int, int], Tensor] = {}
        """What the encoder made of a picture's padding before its first global layer, by the part that is none: on a
        CPU the last picture's, on CUDA all (a recording reads them; there are at most nine)."""
        self.recorded_encoder = Recorded(lambda pixels, shown: (encoded(self, pixels, shown=shown),))
        self.recorded_decoder = Recorded(lambda *given: answered(self, *given))

    def positions(self) -> Tensor:
        """Return the position encoding of the embedding's places (1, 256, 64, 64), computed once."""
        if self._positions is None:
            self._positions = self.prompt_encoder.get_dense_pe().contiguous(memory_format=torch.channels_last)
        return self._positions


def large_encoder(plan: Plan) -> nn.Module:
    """Return segment-anything's own encoder."""
    encoder: nn.Module = modeling().ImageEncoderViT(
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


def resized(image: NDArray[np.uint8], device: torch.device) -> Tensor:
    """Return (3, h, w) on 0..255 with the longer side at 1024, as the original does it (Pillow's bilinear)."""
    size = input_size((image.shape[0], image.shape[1]))
    if device.type == "cuda":
        return resampling.resized(on_device(image, device), size)
    from PIL import Image

    small = np.array(Image.fromarray(image).resize(size[::-1], Image.Resampling.BILINEAR))
    return torch.from_numpy(small).permute(2, 0, 1).to(device).float()


def normalised(pixels: Tensor) -> Tensor:
    """Return (1, 3, 1024, 1024): normalised, then padded with zeros at the right and the bottom."""
    mean, std = (torch.tensor(values, device=pixels.device)[:, None, None] for values in (MEAN, STD))
    return F.pad((pixels - mean) / std, (0, SIDE - pixels.shape[2], 0, SIDE - pixels.shape[1]))[None]


def quiet(text: str, done: int, total: int) -> None:
    """Take no notice of progress."""


def encode(net: SamNet, pixels: Tensor, on_step: OnStep = quiet, shown: tuple[int, int] = (SIDE, SIDE)) -> Tensor:
    """Return the embedding (1, 256, 64, 64) of normalised pixels; `on_step` hears of every half layer.

    `shown` is the (height, width) of the frame in them. On CUDA all layers are one step.
    """
    if pixels.device.type != "cuda":
        scratch = pixels.new_empty((SIDE // PATCH) ** 4)
        return encoded(net, pixels, on_step, shown=shown, scratch=scratch)
    on_step("Encoding the picture", 0, 1)
    return net.recorded_encoder(pixels, fixed=(shown,))[0]


def encoded(
    net: SamNet,
    pixels: Tensor,
    on_step: OnStep = quiet,
    *,
    shown: tuple[int, int] = (SIDE, SIDE),
    scratch: Tensor | None = None,
) -> Tensor:
    """Return the embedding; `scratch` as in `attention`.

    Until the first layer that looks at everything, windows that show nothing but padding are the same for every
    picture: they are computed for the first one and kept.
    """
    encoder: Any = net.image_encoder
    if isinstance(encoder, TinyVit):
        return encoder(pixels, on_step)  # type: ignore[no-any-return]
    x = encoder.patch_embed(pixels) + encoder.pos_embed
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


def halve(encoder: nn.Module, dtype: torch.dtype) -> None:
    """Keep the weights of products in half precision, as autocast computes with them anyway."""
    for module in encoder.modules():
        if isinstance(module, nn.Linear | nn.Conv2d):
            module.to(dtype)


def seen(shown: tuple[int, int], window: int) -> tuple[int, int]:
    """Return the rows and columns of places in the windows that show something of (height, width) pixels."""
    grid, step = SIDE // PATCH, PATCH * max(1, window)
    rows, columns = (min(grid, -(-side // step) * max(1, window)) for side in shown)
    return rows, columns


def _completed(net: SamNet, x: Tensor, part: tuple[int, int], whole: Tensor | None) -> Tensor:
    """Return all places: those that were computed beside those that are known, or all of them, to be known."""
    if whole is None:
        if part != x.shape[1:3]:
            if x.device.type != "cuda":
                net.padding.clear()
            net.padding[part] = x.clone()
        return x
    whole = whole.clone()
    whole[:, : part[0], : part[1]] = x
    return whole


def attended(layer: Any, x: Tensor, scratch: Tensor | None) -> Tensor:
    """Return what a block's attention adds to (1, rows, columns, width), in windows or over everything."""
    tools = modeling().image_encoder
    rows, columns = x.shape[1:3]
    part, window, normed = layer.attn, layer.window_size, layer.norm1(x)
    if window == 0:
        return part.proj(attention(part, part.qkv(normed), scratch))  # type: ignore[no-any-return]
    if scratch is None:  # a GPU projects a few places too many in less time than it copies the projections
        windows, padded = tools.window_partition(normed, window)
        windows = part.qkv(windows)
    else:
        windows, padded = tools.window_partition(_widened(part.qkv(normed), part.qkv.bias, window), window)
    found = tools.window_unpartition(attention(part, windows, scratch), window, padded, (rows, columns))
    return part.proj(found)  # type: ignore[no-any-return]


def _widened(projected: Tensor, bias: Tensor, window: int) -> Tensor:
    """Fill (1, rows, columns, 3 width) up to whole windows: a place beyond is zero, so its projection is the bias."""
    _, rows, columns, width = projected.shape
    full = projected.new_empty(1, -(-rows // window) * window, -(-columns // window) * window, width)
    full[:, :rows, :columns] = projected
    full[:, rows:] = bias
    full[:, :rows, columns:] = bias
    return full


def attention(part: Any, projected: Tensor, scratch: Tensor | None = None) -> Tensor:
    """Return multi-head attention with decomposed relative positions: (windows, rows, columns, width) from 3 width.

    The score of query (r, c) and key (s, d) gets q . Rh[r - s] + q . Rw[c - d] (MViTv2, eq. 4), the unscaled q.
    With `scratch` these are added as a table, made for as many heads at a time as it has room for.
    """
    windows, rows, columns, _ = projected.shape
    heads, size = part.num_heads, rows * columns
    q, k, v = projected.reshape(windows, size, 3, heads, -1).permute(2, 0, 3, 1, 4).contiguous().flatten(1, 2)
    grid = q.view(windows * heads, rows, columns, -1)
    down = torch.einsum("nrcd,rsd->nrcs", grid, _table(part.rel_pos_h, rows))
    across = torch.einsum("nrcd,csd->nrcs", grid, _table(part.rel_pos_w, columns))
    if scratch is None:
        result = _widened_attention(q, k, v, down.flatten(1, 2), across.flatten(1, 2), part.scale)
    else:
        result = _tabled_attention(q, k, v, down, across, part.scale, scratch)
    return result.view(windows, heads, size, -1).transpose(1, 2).reshape(windows, rows, columns, -1)


def _tabled_attention(
    q: Tensor, k: Tensor, v: Tensor, down: Tensor, across: Tensor, scale: float, scratch: Tensor
) -> Tensor:  # fmt: skip
    """Return attention for (n, places, depth) with a table of positions for every pair of places."""
    result = torch.empty_like(q)
    step = max(1, scratch.numel() // q.shape[1] ** 2)
    for start in range(0, len(q), step):
        part_of = slice(start, min(start + step, len(q)))
        bias = _bias(down[part_of], across[part_of], scratch)
        result[part_of] = F.scaled_dot_product_attention(
            q[part_of][None], k[part_of][None], v[part_of][None], attn_mask=bias[None], scale=scale
        )[0]
    return result


def _widened_attention(
    q: Tensor, k: Tensor, v: Tensor, down: Tensor, across: Tensor, scale: float
) -> Tensor:  # fmt: skip
    """Return the same without a table: positions as further channels of queries, places as those of keys.

    A key's further channels are 1 at its row and its column and 0 elsewhere, so the product picks what is to be added.
    This is what a GPU's fused attention can do without ever writing a score down; a CPU takes twice the time for it.
    """
    rows, columns, depth = down.shape[-1], across.shape[-1], q.shape[-1]
    blank = -(depth + rows + columns) % ALIGNED
    places = torch.cat([_places(rows, columns, q), q.new_zeros(rows * columns, blank)], 1)
    queries = torch.cat([q, down / scale, across / scale, q.new_zeros(1, 1, 1).expand(*q.shape[:2], blank)], 2)
    keys = torch.cat([k, places.expand(len(k), -1, -1)], 2)
    values = F.pad(v, (0, queries.shape[2] - depth))
    return F.scaled_dot_product_attention(queries[None], keys[None], values[None], scale=scale)[0, :, :, :depth]


def _places(rows: int, columns: int, like: Tensor) -> Tensor:
    """Return (rows columns, rows + columns): ones at a place's row and at its column."""
    down, across = (torch.eye(side, dtype=like.dtype, device=like.device) for side in (rows, columns))
    return torch.cat([down[:, None].expand(-1, columns, -1).flatten(0, 1), across.repeat(rows, 1)], 1)


def _table(positions: Tensor, side: int) -> Tensor:
    """Return the learned vectors (side, side, channels) for every pair of query and key places."""
    places = torch.arange(side, device=positions.device)
    return positions[places[:, None] - places[None, :] + side - 1]


def _bias(down: Tensor, across: Tensor, scratch: Tensor) -> Tensor:
    """Add (n, r, c, s) and (n, r, c, d) to (n, r c, s d), in `scratch` if it is of their type."""
    count, rows, columns = down.shape[:3]
    if scratch.dtype == down.dtype:
        room = scratch[: count * (rows * columns) ** 2].view(count, rows, columns, rows, columns)
        bias = torch.add(down[..., :, None], across[..., None, :], out=room)
    else:
        bias = down[..., :, None] + across[..., None, :]
    return bias.reshape(count, rows * columns, rows * columns)


# the prompt


def decode(
    net: SamNet, embedding: Tensor, points: Tensor, labels: Tensor, box: Tensor | None, fed: Tensor | None
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """Return low-resolution logits (4, 256, 256) and predicted IoU (4): mask 0 for a clear prompt, 1..3 for one click.

    `points` (n, 2) and `box` (4) in pixels of the encoder's square, `labels` (n) 1 inside, 0 outside; `fed` (1, 1, 256,
    256) are logits of an earlier answer.
    """
    given = [part for part in (box, fed) if part is not None]
    low, scores = net.recorded_decoder(embedding, points, labels, *given, fixed=(box is not None, fed is not None))
    return low, scores


def answered(
    net: SamNet, embedding: Tensor, points: Tensor, labels: Tensor, *given: Any
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """Return what `decode` returns; `given` ends with whether there are a box and logits in it."""
    *tensors, has_box, has_fed = given
    box = tensors[0] if has_box else None
    fed = tensors[-1] if has_fed else None
    prompts: Any = net.prompt_encoder
    grid = SIDE // PATCH
    if fed is None:
        dense = prompts.no_mask_embed.weight.reshape(1, -1, 1, 1).expand(1, -1, grid, grid)
    else:
        dense = prompts.mask_downscaling(fed)
    return decoded(net.mask_decoder, embedding, net.positions(), _tokens(prompts, points, labels, box), dense)


def _tokens(prompts: Any, points: Tensor, labels: Tensor, box: Tensor | None) -> Tensor:
    """Return (1, n, 256) for clicks and box: places encoded, and what a place is; as published, without branches.

    The published encoder looks at the labels' values, which a recording cannot.
    """
    kinds = torch.cat([kind.weight for kind in prompts.point_embeddings])
    found = []
    if len(points):
        found.append(_encoded_places(prompts, points) + kinds[labels.long()])
    if box is not None:
        found.append(_encoded_places(prompts, box.view(2, 2)) + kinds[2:4])
    elif len(points):
        found.append(prompts.not_a_point_embed.weight)
    return torch.cat(found)[None] if found else kinds.new_empty(1, 0, CHANNELS)


def _encoded_places(prompts: Any, points: Tensor) -> Tensor:
    """Return (n, 256) for pixels (n, 2) of the encoder's square, whose centres are whole numbers."""
    places: Tensor = prompts.pe_layer.forward_with_coords(points[None] + 0.5, (SIDE, SIDE))[0]
    return places


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

    On the CPU, where OpenCV enlarges in a third of torch's time.
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


def enlarged_on_device(low: Tensor, size: tuple[int, int]) -> Tensor:
    """Return logits (height, width) of the frame from low-resolution ones (256, 256), where they are."""
    height, width = input_size(size)
    square = F.interpolate(low[None, None], size=(SIDE, SIDE), mode="bilinear")
    return F.interpolate(square[..., :height, :width], size=size, mode="bilinear")[0, 0]
