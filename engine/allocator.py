"""Lets the C library keep the memory that pictures and layers free, for the next of them.

glibc maps every array of more than 128 kB to 32 MB afresh and the kernel clears it page by page: for drawing and
packing a preview, two thirds of the time; for a pass of a network, a fifth of it. Memory of its own for each
thread is left full of holes by pictures that one thread makes and another one frees. Other C libraries have no such
switches and are left as they are. Numbers: mallopt(3).
"""

from __future__ import annotations

import sys

TRIM_THRESHOLD, TOP_PAD, MMAP_THRESHOLD, ARENA_MAX = -1, -2, -3, -8
LARGEST = 32 << 20
"""Bytes of the largest array that is not mapped on its own: the most that glibc allows."""


def keep_freed_memory(limit: int, *, shared: bool = False) -> None:
    """Give memory back to the system only above so many free bytes; `shared`: all threads use the same memory."""
    if sys.platform != "linux":
        return
    import ctypes

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return
    mallopt(MMAP_THRESHOLD, LARGEST)
    mallopt(TRIM_THRESHOLD, limit)
    mallopt(TOP_PAD, limit // 8)
    if shared:
        mallopt(ARENA_MAX, 1)


def give_back() -> None:
    """Give the system what lies free between things that are kept: the threshold above looks at the heap's end only.

    Some milliseconds in which nothing else gets memory, so it is for moments when a person waits for nothing.
    """
    if sys.platform != "linux":
        return
    import ctypes

    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
