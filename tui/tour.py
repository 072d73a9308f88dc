"""The first minute, before and after its screen: a copy of the sample to take the steps on, and the way back."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import MediaError
from engine.source import ROOT

if TYPE_CHECKING:
    import argparse
    from typing import NoReturn

SAMPLE = ROOT / "samples" / "street"
LABELS = "car,person"


@contextmanager
def sample() -> Iterator[Path]:
    """Lend a copy of the sample's pictures, without annotations; it goes at the end, the original stays as it is."""
    pictures = sorted(SAMPLE.glob("*.jpg"))
    if not pictures:
        raise MediaError("The sample is not installed", f"no pictures are in {SAMPLE}")
    try:
        place = tempfile.TemporaryDirectory(prefix="termwand-", ignore_cleanup_errors=True)
    except OSError as error:
        raise MediaError("There is no place for a copy of the sample", f"{error.strerror or error}") from error
    with place as name:
        folder = Path(name) / SAMPLE.name
        try:
            folder.mkdir()
            for picture in pictures:
                shutil.copyfile(picture, folder / picture.name)
        except OSError as error:
            raise MediaError("The sample cannot be copied", f"{error.strerror or error} ({folder})") from error
        yield folder


def and_back(options: argparse.Namespace) -> NoReturn:
    """Show the tour in a process of its own, then open what was open: this process has ended its session."""
    import os

    program = [sys.executable, *sys.orig_argv[1 : len(sys.orig_argv) - len(sys.argv[1:])]]
    given = {name: getattr(options, name) for name in ("keymap", "graphics")}
    subprocess.run([*program, "tour", *(f"--{name}={value}" for name, value in given.items() if value)], check=False)
    os.execv(sys.executable, [*program, *sys.argv[1:]])
