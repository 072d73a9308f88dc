"""f-BRS refinement: shift and scale the features until the answer agrees with the clicks.

One scale offset s and one bias b for every channel, shared by the picture and its mirror image, are found by L-BFGS-B.
Objective: mean of (1-p)^2 over the marks of positive clicks, plus that of p^2 over those of negative ones, plus
1e-3 (sum s^2 + 10 sum b^2). The answer kept is that of the lowest objective seen, not of the last point.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.nets.clicks import NetClick
from engine.nets.recorded import Recorded

Vector = NDArray[np.float64]
SMALL = 1e-5


@dataclass(frozen=True, slots=True)
class BrsRules:
    """When refinement stops, and which clicks it sees."""

    threshold: float = 0.5
    min_change: float = 0.001
    """Stop when the mask changes by less than this (1 - IoU) from one evaluation to the next."""
    evaluations: int = 20
    click_limit: int = 8
    """Clicks that the network sees; later ones act in the objective only."""
    whole_marks: bool = False
    """Keep the part of a mark that is inside. False is the published slip: on the first row or column it is empty."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Squares round positive and round negative clicks, (N, 1, h, w) each, 0 or 1."""

    positive: Tensor
    negative: Tensor


def marks(
    batch: Sequence[Sequence[NetClick]], size: tuple[int, int], device: torch.device, *, whole: bool = False
) -> Marks:
    """Return 3x3 squares round every picture's clicks, rounded to whole pixels; `whole` as in BrsRules."""
    kinds = torch.zeros(2, len(batch), 1, *size)
    for item, clicks in enumerate(batch):
        for click in clicks:
            rows, columns = _square(round(click.row), whole=whole), _square(round(click.column), whole=whole)
            kinds[0 if click.positive else 1, item, 0, rows, columns] = 1
    kinds = kinds.to(device)
    return Marks(kinds[0], kinds[1])


def _square(centre: int, *, whole: bool) -> slice:
    """Return the three pixels round `centre`; where that is 0, Python's slice from -1 is empty (see BrsRules)."""
    return slice(max(0, centre - 1), max(0, centre + 2)) if whole else slice(centre - 1, centre + 2)


class Network(Protocol):
    """What refinement needs of a network."""

    recorded_look: Recorded
    """`look` with this network's logits."""


@dataclass
class Objective:
    """The function that the optimiser minimises; it remembers its best answer and what it was asked."""

    features: Tensor
    network: Network
    size: tuple[int, int]
    """Of the network's input."""
    marks: Marks
    rules: BrsRules = BrsRules()
    best: tuple[float, Tensor] | None = None
    last_mask: Tensor | None = None
    asked: list[tuple[float, Vector]] = field(default_factory=list)

    def __call__(self, x: Vector) -> tuple[float, Vector]:
        """Return the objective and its gradient at x = scale offsets, then biases; a zero gradient to stop."""
        variables = torch.from_numpy(np.asarray(x, np.float32)).to(self.features.device)
        aims = (self.marks.positive, self.marks.negative)
        logits, told, gradient = self.network.recorded_look(self.features, variables, *aims, fixed=self.size)
        value, missed, spilt = (float(number) for number in told.cpu())
        if self.best is None or value < self.best[0]:
            self.best = (value, logits)
        stops = self._stop(torch.sigmoid(logits), missed, spilt)
        found = np.zeros_like(x, np.float64) if stops else gradient.cpu().numpy().astype(np.float64)
        self.asked.append((value, found))
        return value, found

    def _stop(self, probability: Tensor, missed: float, spilt: float) -> bool:
        threshold = self.rules.threshold
        if missed < 1 - threshold and spilt < threshold:
            return True
        mask, last = probability > threshold, self.last_mask
        if last is not None and iou(mask, last) > 1 - self.rules.min_change:
            return True
        self.last_mask = mask
        return False


def look(
    decode: Callable[[Tensor, tuple[int, int]], Tensor],
    features: Tensor, variables: Tensor, positive: Tensor, negative: Tensor, *size: int,
) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    """Return the logits at the variables; (objective, most that is missed, most that is spilt); the gradient."""
    variables = variables.detach().requires_grad_()
    with torch.enable_grad():
        logits = decode(shifted(features, variables), (size[0], size[1]))
        probability = torch.sigmoid(logits)
        missed = (positive * (1 - probability) ** 2).sum() / (positive.sum() + SMALL)
        spilt = (negative * probability**2).sum() / (negative.sum() + SMALL)
        loss = missed + spilt + penalty(variables)
    (gradient,) = torch.autograd.grad(loss, variables)
    seen = probability.detach()
    told = torch.stack([loss.detach(), (positive * (1 - seen)).max(), (negative * seen).max()])
    return logits.detach(), told, gradient


def shifted(features: Tensor, variables: Tensor) -> Tensor:
    """Return F (1 + s) + b for (N, C, h, w) features and the 2C variables."""
    both = variables.view(2, 1, -1, 1, 1)
    return features * (1 + both[0]) + both[1]


def penalty(variables: Tensor) -> Tensor:
    """Return what keeps the variables small."""
    squares = (variables.view(2, -1) ** 2).sum(1)
    return 1e-3 * (squares[0] + 10 * squares[1])


def iou(one: Tensor, other: Tensor) -> float:
    """Return the mean over the items of intersection over union, items without any True left out; 0 if none is left."""
    common = (one & other).flatten(1).sum(1).float()
    either = (one | other).flatten(1).sum(1).float()
    counted = either > 0
    return float((common[counted] / either[counted]).mean()) if bool(counted.any()) else 0.0


@dataclass(frozen=True, slots=True)
class Refined:
    """What the optimiser found: the variables, their logits, and each value and gradient on the way."""

    x: Vector
    logits: Tensor
    asked: tuple[tuple[float, Vector], ...] = ()


def refine(objective: Objective, start: Vector) -> Refined:
    """Return the best answer found from `start`; scipy tests the evaluation limit between iterations only."""
    from scipy.optimize import fmin_l_bfgs_b

    limit = objective.rules.evaluations
    found = fmin_l_bfgs_b(objective, start, m=20, factr=0, pgtol=1e-8, maxfun=limit, maxiter=2 * limit)
    assert objective.best is not None
    return Refined(np.asarray(found[0], np.float64), objective.best[1], tuple(objective.asked))
