"""How the scores of kinds lie on planted faults and elsewhere: to choose thresholds by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.planted import planted
from benchmarks.queue_shares import touches
from benchmarks.truths import Truth
from engine.review.queue import Reviewer, ranked


def scores(truths: Sequence[Truth], rounds: int, seed: int, asked: dict[str, Any]) -> None:
    """Print for each kind how the scores of faults and of nothing lie, with thresholds lowered: to calibrate by."""
    right, wrong = defaultdict[str, list[float]](list), defaultdict[str, list[float]](list)
    given = {
        name: {"threshold": kind.SPEC.threshold * (0.6 if kind.SPEC.threshold > 0 else 1.4)}
        for name, kind in asked.items()
    }
    for number in range(seed, seed + rounds):
        for truth in truths:
            document, faults = planted(truth, number)
            reviewer = Reviewer(asked, given, truth.seen)
            for _ in reviewer.look(document):
                pass
            for finding in reviewer.findings(document):
                specs = {name: kind.SPEC for name, kind in asked.items()}
                (entry,) = ranked(document, [finding], specs)
                if finding.ids[0] == truth.fixed and not any(touches(entry, fault) for fault in faults):
                    continue
                (right if any(touches(entry, fault) for fault in faults) else wrong)[finding.kind].append(finding.score)
    for kind in asked:
        for name, some in (("faults", right[kind]), ("nothing", wrong[kind])):
            marks = np.percentile(some, [0, 5, 25, 50, 75, 95, 100]).round(2).tolist() if some else []
            print(f"{kind:14}{name:9}{len(some):5}  {marks}")
        if right[kind] and wrong[kind]:
            print(f"{'':14}fitted   middle {fitted(right[kind], wrong[kind])}")


def fitted(right: Sequence[float], wrong: Sequence[float]) -> tuple[float, float]:
    """Return middle and width of the logistic curve that says best which scores are faults (maximum likelihood)."""
    x = np.array([*right, *wrong])
    y = np.array([1.0] * len(right) + [0.0] * len(wrong))
    low, high = np.percentile(x, [1, 99])
    best = (np.inf, 0.0, 1.0)
    for middle in np.linspace(low - (high - low) / 2, high, 120):
        for width in np.geomspace((high - low) / 100 + 1e-6, (high - low) * 2 + 1e-3, 40):
            p = np.clip(1 / (1 + np.exp(-np.clip((x - middle) / width, -50, 50))), 1e-6, 1 - 1e-6)
            loss = -(y * np.log(p) + (1 - y) * np.log(1 - p)).sum()
            best = min(best, (float(loss), round(float(middle), 3), round(float(width), 3)))
    return best[1], best[2]
