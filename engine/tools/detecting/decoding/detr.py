"""Outputs of RF-DETR for one picture (those of RT-DETR and D-FINE need no decoding).

Robinson, Robicheaux, Popov, Ramanan, Peri: RF-DETR: Neural Architecture Search for Real-Time Detection Transformers
(2025), arXiv 2511.09554.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.tools.detecting.boxes import from_centres
from engine.tools.detecting.decoding.rows import MOST, Rows


def queries(boxes: NDArray[Any], logits: NDArray[Any], size: tuple[int, int], threshold: float) -> Rows:
    """Read boxes (q, 4), parts of the input's `size` (height, width), and logits (q, classes).

    The best 300 of all queries and classes count, so that one box may be of two classes. `more` is the query's number.
    """
    with np.errstate(over="ignore"):
        scores = 1 / (1 + np.exp(-np.asarray(logits, np.float64).ravel()))
    kept = np.flatnonzero(scores >= threshold)
    kept = kept[np.argsort(-scores[kept], kind="stable")[:MOST]]
    query, kind = np.divmod(kept, logits.shape[1])
    found = from_centres(boxes[query]) * (size[1], size[0], size[1], size[0])
    return Rows(found, scores[kept], kind, query[:, None])
