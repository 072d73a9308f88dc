"""Reads small files: settings, choices, records, lists of names.

Each of them can by mistake, or by a stranger, be something else: a pipe that nobody writes to, a device without an end,
a video under the wrong name. None of that may stop the program or fill its memory.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

MOST = 1 << 20
"""Bytes; a thousand times what these files have."""


def read_small(path: Path, most: int = MOST) -> bytes:
    """Return a file's content; raise OSError with a reason to show for what is no file, or a larger one."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, "it is a folder")
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "it is a pipe or a device, no file")
        data = file.read(most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, f"it is larger than {most >> 20} MB, which no such file is")
    return data
