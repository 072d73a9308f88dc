"""Chance that repeats: OpenCV's trackers draw from its own generator and from the C library's."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import cv2


def seeded(make: Callable[[], Any], seed: int) -> Any:
    """Return what `make` makes, with both generators of this thread begun anew, so that it chooses as it did before."""
    cv2.setRNGSeed(seed)
    with suppress(OSError, AttributeError):  # a system whose C library is called otherwise: it goes on with any numbers
        ctypes.CDLL("ucrtbase" if sys.platform == "win32" else None).srand(seed)
    return make()
