"""SAM as a tool: the picture is encoded once, every click costs only the small decoder.

One click is ambiguous (a button, a shirt, a person), so it gets three masks to choose from; clearer prompts get one.
An earlier answer is fed back only if the present prompt is that answer's prompt and one click more: after a click was
taken back, or for another object, its mask would mislead. A mask that is no answer of ours (drawn by hand, imported)
is fed as a start.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.document import Point
from engine.prompt import Prompt
from engine.tools.base import Image, Later, Prediction
from engine.tools.clicking.cutting import cut_out
from engine.tools.clicking.turns import fingerprint, windowed
from engine.tools.interactors.sam import net
from engine.tools.interactors.sam.embeddings import EmbeddingStore, key_of
from engine.tools.interactors.sam.tinyvit import TinyVit
from engine.tools.progress import report
from engine.weights import record_of

KEPT = 24
"""Answers remembered for each picture, 256 KB each."""
SHAPE = (1, net.CHANNELS, net.SIDE // net.PATCH, net.SIDE // net.PATCH)
CONFIDENCE = 6.9
"""Logit of 0.999: what a pixel of a mask drawn by hand is taken for."""


@dataclass(frozen=True)
class Turn:
    """An answer: the prompt that it is for, its fingerprint, and the low-resolution logits behind it."""

    prompt: Prompt
    answer: bytes
    low: Tensor


@dataclass
class Features:
    """A picture's embedding on the device, its (height, width), and the last answers on it."""

    embedding: Tensor
    size: tuple[int, int]
    turns: list[Turn] = field(default_factory=list)

    @property
    def nbytes(self) -> int:
        """Memory, the answers to come included."""
        return self.embedding.nbytes + KEPT * net.LOW**2 * 4


class SamInteractor:
    """The tool; `model` names the checkpoint in the keys of the embeddings on disk."""

    def __init__(
        self, sam: net.SamNet, device: torch.device, store: EmbeddingStore | None, model: str, *, half: Any = None
    ) -> None:  # fmt: skip
        self.sam = sam
        self.device = device
        self.store = store
        self.model = model
        self.half = half
        """torch.float16 or torch.bfloat16 for the encoder's arithmetic, or None for float32."""

    @torch.inference_mode()
    def prepare(self, image: Image) -> Features:
        """Return the picture's embedding, on a CPU from disk if it was ever computed."""
        size = (image.shape[0], image.shape[1])
        key = key_of(image, self.model) if self.store else ""
        known = self.store.get(key) if self.store else None
        if known is not None:
            return Features(in_rows(torch.from_numpy(known).to(self.device)), size)
        embedding = self._encode(image)
        if self.store:
            self.store.put(key, embedding.cpu().numpy())
        return Features(in_rows(embedding), size)

    def _encode(self, image: Image) -> Tensor:
        shown = net.input_size((image.shape[0], image.shape[1]))
        pixels = net.normalised(net.resized(image, self.device))
        with torch.autocast(self.device.type, dtype=self.half, enabled=self.half is not None):
            embedding = net.encode(self.sam, pixels, report, shown)
        return embedding.float()

    @torch.inference_mode()
    def predict(self, features: Features, prompt: Prompt, previous: Prediction | None = None) -> Prediction:
        """Return the mask for the prompt, with two alternatives if the prompt is a single click."""
        fed = self._fed(features, prompt, previous)
        points, labels, box = self._places(prompt, features.size)
        low, scores = net.decode(self.sam, features.embedding, points, labels, box, fed)
        which = [0] if fed is not None or not ambiguous(prompt) else [1 + int(i) for i in scores[1:].argsort().flip(0)]
        best, *others = [partial(self._answer, features, prompt, low[i], float(scores[i])) for i in which]
        answer = best()
        if not others:
            return answer
        whole = replace(answer, alternatives=Later(others))
        whole.kept.update(answer.kept)  # packed already, to be told from others
        return whole

    def _answer(self, features: Features, prompt: Prompt, low: Tensor, score: float) -> Prediction:
        """Return the mask of low-resolution logits (256, 256), and remember it: the next click may go on from it."""
        if low.device.type == "cuda":
            answer = cut_out(net.enlarged_on_device(low, features.size), 0.0, score=score)
        else:
            (mask,) = net.masks(low[None], features.size)
            answer = windowed(mask, score=score)
        features.turns = [*features.turns, Turn(prompt, fingerprint(answer), low)][-KEPT:]
        return answer

    def _places(self, prompt: Prompt, size: tuple[int, int]) -> tuple[Tensor, Tensor, Tensor | None]:
        """Return clicks and box in pixels of the encoder's square, positive clicks first."""
        clicks = [*prompt.positive, *prompt.negative]
        labels = [1.0] * len(prompt.positive) + [0.0] * len(prompt.negative)
        points = torch.tensor(scaled(clicks, size), dtype=torch.float32, device=self.device).reshape(-1, 2)
        box = None
        if prompt.box is not None:
            corners = scaled([prompt.box[:2], prompt.box[2:]], size)
            box = torch.tensor(corners, dtype=torch.float32, device=self.device).reshape(4)
        return points, torch.tensor(labels, device=self.device), box

    def _fed(self, features: Features, prompt: Prompt, previous: Prediction | None) -> Tensor | None:
        """Return the logits (1, 1, 256, 256) to go on from, or None."""
        if previous is None or not previous.mask.any():
            return None
        answer = fingerprint(previous)
        ours = [turn for turn in features.turns if turn.answer == answer]
        if not ours:
            return torch.from_numpy(start(previous, features.size)).to(self.device)[None, None]
        turn = next((turn for turn in reversed(ours) if one_more(turn.prompt, prompt)), None)
        return None if turn is None else turn.low[None, None]


def in_rows(embedding: Tensor) -> Tensor:
    """Return an embedding whose channels lie side by side, as the decoder reads them."""
    return embedding.contiguous(memory_format=torch.channels_last)


def ambiguous(prompt: Prompt) -> bool:
    """Say whether the prompt is one click alone."""
    return len(prompt.clicks) == 1 and prompt.box is None


def one_more(old: Prompt, new: Prompt) -> bool:
    """Say whether a prompt is another one with one click added at the end."""
    return old.box == new.box and len(new.clicks) == len(old.clicks) + 1 and new.clicks[:-1] == old.clicks


def scaled(points: list[Point], size: tuple[int, int]) -> list[tuple[float, float]]:
    """Return frame points in the encoder's square as the original counts them.

    It takes whole numbers for pixel centres, a frame point has them at one half.
    """
    height, width = net.input_size(size)
    return [((x - 0.5) * width / size[1], (y - 0.5) * height / size[0]) for x, y in points]


def start(given: Prediction, size: tuple[int, int]) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return a mask as low-resolution logits (256, 256), sure of itself; the padding is outside."""
    import cv2

    full = np.zeros(size, np.uint8)
    x, y = given.origin
    rows = slice(max(y, 0), max(0, min(y + given.mask.shape[0], size[0])))
    columns = slice(max(x, 0), max(0, min(x + given.mask.shape[1], size[1])))
    full[rows, columns] = given.mask[rows.start - y : rows.stop - y, columns.start - x : columns.stop - x]
    height, width = (max(1, round(side * net.LOW / net.SIDE)) for side in net.input_size(size))
    share = cv2.resize(full.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA)
    logits = np.full((net.LOW, net.LOW), -CONFIDENCE, np.float32)
    logits[:height, :width] = (2 * share - 1) * CONFIDENCE
    return logits


def load_sam(weights: Path | None, device: str) -> SamInteractor:
    """Return the tool with a checkpoint's weights.

    On a GPU embeddings are not kept on disk: making one takes no longer than finding it there by the picture's digest.
    """
    from engine.nets.checkpoint import ready

    nets, place = ready(weights, net, device)
    assert weights is not None
    half = lower_precision(place)
    if half is not None and isinstance(nets[0].image_encoder, TinyVit):
        half = None  # small enough, and not measured
    if half is not None:
        net.halve(nets[0].image_encoder, half)
    store = None if place.type == "cuda" else EmbeddingStore(SHAPE)
    return SamInteractor(nets[0], place, store, identity(weights), half=half)


def identity(weights: Path) -> str:
    """Return what names a checkpoint by its content: embeddings on disk outlive its name and its time."""
    record = record_of(weights)
    if record is not None:
        return record.sha256
    state = weights.stat()
    return f"{weights.name} {state.st_size} {state.st_mtime_ns}"


def lower_precision(place: torch.device) -> Any:
    """Return the half precision that a device computes in hardware, or None on a CPU."""
    if place.type != "cuda":
        return None
    return torch.bfloat16 if torch.cuda.get_device_capability(place)[0] >= 8 else torch.float16
