"""The options of `termwand PATH…` and their help. Apart from the stub: the first byte does not wait for argparse."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, NoReturn

from engine.cli import printing
from engine.cli.commands import listed

EPILOG = f"""\
commands:
{listed()}
  (termwand COMMAND --help says more about each; a folder called like a command: termwand ./models)

examples:
  termwand photos/                           every picture of a folder, in natural order
  termwand clip.mp4 --labels car,person      a video, with two labels to begin with
  termwand 'cam1_*.jpg' --frame 100          what a pattern stands for, from frame 100 on
  termwand photos/ --keymap keyboard         without a mouse, and nothing needs Ctrl or Alt
  termwand photos/ --graphics symbols        pictures out of characters, for any terminal
  termwand photos/ --read-only               look at everything, change nothing

Annotations are kept beside the media: clip.termwand.yaml, photos/annotations.termwand.yaml.
While it runs, ? shows every key, and the command palette every action.
"""


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one sentence; whatever it prints is made safe."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and leave."""
        self.exit(2, f"termwand: {message}. {self.prog} --help shows every option.\n")

    def _print_message(self, message: str, file: Any = None) -> None:
        lines = message.removesuffix("\n").split("\n")
        printing.say(*lines) if file in (None, sys.stdout) else printing.complain(*lines)


class Version(argparse.Action):
    """Looks the version up only when it is asked for: that reads the installed package's metadata."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        """Print the version and leave."""
        printing.say(f"termwand {version()}")
        parser.exit(0)


def version() -> str:
    """Return the installed version."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("termwand")
    except PackageNotFoundError:
        return "(not installed: run from its source)"


def parser(*, review: bool = False) -> argparse.ArgumentParser:
    """Return the parser of `termwand PATH…`, or of `termwand review PATH…`, which opens the same in a review."""
    found = Parser(
        prog="termwand review" if review else "termwand", usage="termwand PATH… [options]\n       termwand COMMAND …",
        description="Annotate images and videos inside the terminal.", epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter, add_help=False,
    )  # fmt: skip
    found.set_defaults(review=review, action=())
    what = found.add_argument_group("what to open")
    what.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="pictures, a folder, a pattern, or a video")
    what.add_argument("--frame", type=int, metavar="N", help="open at this frame, from 1 (default: where it was left)")
    saved = found.add_argument_group("what is saved")
    saved.add_argument("--annotations", type=Path, metavar="FILE", help="the YAML file (default: beside the media)")
    saved.add_argument("--labels", default="", metavar="NAMES|FILE", help="with commas between, or a file of them")
    saved.add_argument("--read-only", action="store_true", help="change nothing")
    _add_how(found)
    _add_recordings(found)
    return found


def tour_parser() -> argparse.ArgumentParser:
    """Return the parser of `termwand tour`: the same options of how, nothing to open and nothing to keep."""
    found = Parser(
        prog="termwand tour", add_help=False,
        description="The first minute: three steps on a copy of the sample, which is gone at the end.",
    )  # fmt: skip
    found.set_defaults(
        review=False,
        annotations=None,
        frame=None,
        read_only=False,
        record=None,
        play=None,
        play_speed="fast",
        action=(),
    )
    _add_how(found)
    return found


def _add_recordings(found: Parser) -> None:
    taped = found.add_argument_group("recordings")
    taped.add_argument("--record", type=Path, metavar="FILE", help="write down everything that is done, as it is done")
    taped.add_argument("--play", type=Path, metavar="FILE", help="do what a recording says, then go on as always")
    taped.add_argument("--play-speed", choices=["fast", "real"], default="fast", help="each action as soon as those "
                       "before have had their effect (default), or at the pace at which it was recorded")  # fmt: skip


def _add_how(found: Parser) -> None:
    how = found.add_argument_group("how")
    how.add_argument("--keymap", metavar="NAME|FILE", help="cvat (default), keyboard, left-hand, or your own file")
    how.add_argument("--graphics", choices=["auto", "kitty", "sixel", "iterm2", "symbols", "basic"],
                     help="how pictures are shown (default: the best that the terminal answers to)")  # fmt: skip
    how.add_argument("--device", metavar="NAME", help="where networks run: auto (default), cpu, cuda, cuda:N, mps")
    how.add_argument("--log", type=Path, metavar="FILE", help="keep what libraries print in this file (default: a "
                     "file in your state folder)")  # fmt: skip
    about = found.add_argument_group("about")
    about.add_argument("-h", "--help", action="help", help="show this and exit")
    about.add_argument("--version", action=Version, nargs=0, help="show the version and exit")
