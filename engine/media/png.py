"""PNG where Pillow stops at what is not the picture, or drops half of its depth.

Text and colour profiles of strangers are large, broken or bombs; none of them is needed to see the picture.
"""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEPT = frozenset((b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"acTL", b"fcTL", b"fdAT", b"eXIf"))
_OPTIONAL = b"eXIf"


def bare(path: Path) -> io.BytesIO:
    """Return the file without every chunk that does not change its pixels or how they lie."""
    data = memoryview(path.read_bytes())
    kept = [data[:8]]
    at = len(SIGNATURE)
    while at + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        chunk = data[at : at + length + 12]
        if kind in _KEPT and not (kind == _OPTIONAL and not _is_whole(chunk)):
            kept.append(chunk)
        at += length + 12
    return io.BytesIO(b"".join(kept))


def _is_whole(chunk: memoryview) -> bool:
    return zlib.crc32(chunk[4:-4]) == int.from_bytes(chunk[-4:], "big")


def read_deep(path: Path) -> NDArray[Any]:
    """Return samples of 16 bits as they are; Pillow would drop the low byte of colours."""
    import imagecodecs

    samples: NDArray[Any] = imagecodecs.png_decode(bare(path).getvalue())
    return samples
