"""SAM's mask decoder, the same numbers in about half the work, for one prompt at a time.

Apart from `sam.py`, which is about the network as published. A prompt is a handful of tokens, the picture is 4096. The
published decoder projects all 4096 for every attention; here the projections are applied to the few tokens instead
(q . W k = W' q . k, and P (W v) = (P v) W), so each attention over the picture is two thin matrix products. Everything
stays in rows of 256 channels: the two transposed convolutions have a stride as wide as they are, so they are matrix
products too, and only the finished masks are put in order.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor


def decoded(decoder: Any, embedding: Tensor, places: Tensor, sparse: Tensor, dense: Tensor) -> tuple[Tensor, Tensor]:
    """Return logits (4, 256, 256) and predicted IoU (4).

    `embedding`, `places` and `dense` (1, 256, 64, 64): the picture, its position encoding and what is fed back;
    `sparse` (1, n, 256): clicks and box.
    """
    tokens = torch.cat([decoder.iou_token.weight, decoder.mask_tokens.weight, sparse[0]])
    side = embedding.shape[-1]
    keys, where = rows(embedding) + rows(dense), rows(places)
    queries = tokens
    for layer in decoder.transformer.layers:
        queries, keys = _block(layer, queries, keys, tokens, where)
    final = decoder.transformer.final_attn_token_to_image
    queries = queries + looked(final, queries + tokens, keys + where, keys)
    queries = decoder.transformer.norm_final_attn(queries)
    count = decoder.num_mask_tokens
    filters = torch.stack([decoder.output_hypernetworks_mlps[i](queries[1 + i]) for i in range(count)])
    scores: Tensor = decoder.iou_prediction_head(queries[:1])[0]
    return _masks(decoder.output_upscaling, keys, filters, side), scores


def rows(picture: Tensor) -> Tensor:
    """Return (1, channels, h, w) as (h w, channels); free of cost if the memory lies in channels-last order."""
    return picture[0].permute(1, 2, 0).flatten(0, 1)


def _block(layer: Any, queries: Tensor, keys: Tensor, tokens: Tensor, where: Tensor) -> tuple[Tensor, Tensor]:
    """Run a two-way block: the tokens look at each other, then at the picture, and the picture looks at them."""
    if layer.skip_first_layer_pe:
        queries = _among(layer.self_attn, queries, queries)
    else:
        queries = queries + _among(layer.self_attn, queries + tokens, queries)
    queries = layer.norm1(queries)
    placed = keys + where
    queries = layer.norm2(queries + looked(layer.cross_attn_token_to_image, queries + tokens, placed, keys))
    queries = layer.norm3(queries + layer.mlp(queries))
    keys = layer.norm4(told(layer.cross_attn_image_to_token, keys, placed, queries + tokens, queries))
    return queries, keys


def _among(part: Any, placed: Tensor, queries: Tensor) -> Tensor:
    found: Tensor = part(q=placed[None], k=placed[None], v=queries[None])[0]
    return found


def _heads(part: Any, x: Tensor) -> Tensor:
    """Return (n, heads depth) as (heads, n, depth)."""
    return x.view(len(x), part.num_heads, -1).transpose(0, 1)


def looked(part: Any, asking: Tensor, placed: Tensor, keys: Tensor) -> Tensor:
    """Return what n tokens see in the picture: attention of `asking` (n, 256) over `placed`, values from `keys`.

    The bias of the key projection adds the same to all scores of a query, so softmax does not see it.
    """
    q = _heads(part, part.q_proj(asking))
    heads, count, depth = q.shape
    through = (q @ part.k_proj.weight.unflatten(0, (heads, depth))) * depth**-0.5
    shares = torch.softmax(through.flatten(0, 1) @ placed.T, dim=-1)
    pooled = (shares @ keys).view(heads, count, -1)
    values = pooled @ part.v_proj.weight.unflatten(0, (heads, depth)).mT + part.v_proj.bias.view(heads, 1, depth)
    seen: Tensor = part.out_proj(values.transpose(0, 1).flatten(1))
    return seen


def told(part: Any, keys: Tensor, placed: Tensor, asked: Tensor, values: Tensor) -> Tensor:
    """Return `keys` plus what each place of the picture learns from n tokens (`asked` and `values`, both (n, 256)).

    The shares of a head add up to 1, so a head's part of the last bias can be added to all its values.
    """
    k = _heads(part, part.k_proj(asked))
    heads, count, depth = k.shape
    k = k * depth**-0.5
    through = (k @ part.q_proj.weight.unflatten(0, (heads, depth))).flatten(0, 1)
    offset = (k @ part.q_proj.bias.view(heads, depth, 1)).view(-1, 1)
    shares = torch.addmm(offset, through, placed.T).view(heads, count, -1).softmax(dim=1).flatten(0, 1)
    out = part.out_proj.weight.T.unflatten(0, (heads, depth))
    brought = _heads(part, part.v_proj(values)) @ out + part.out_proj.bias / heads
    return torch.addmm(keys, shares.T, brought.flatten(0, 1))


def _masks(upscaling: Any, keys: Tensor, filters: Tensor, side: int) -> Tensor:
    """Return (n, 4 side, 4 side): the picture enlarged twice by transposed convolutions, seen through `filters`."""
    first, norm, _, second, _ = upscaling
    x = _enlarge(first, keys)
    x = F.gelu(F.layer_norm(x, (x.shape[1],), norm.weight, norm.bias, norm.eps))
    x = F.gelu(_enlarge(second, x))
    masks = (filters @ x.T).view(-1, side, side, 2, 2, 2, 2)
    return masks.permute(0, 1, 3, 5, 2, 4, 6).reshape(-1, 4 * side, 4 * side)


def _enlarge(layer: Any, x: Tensor) -> Tensor:
    """Return (4 n, channels) from (n, channels): each place becomes 2 x 2, row by row."""
    weight = layer.weight.permute(0, 2, 3, 1)
    out = torch.addmm(layer.bias.repeat(4), x, weight.flatten(1))
    return out.view(-1, weight.shape[3])
