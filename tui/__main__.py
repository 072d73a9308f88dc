"""The command line. A stub: it imports nothing heavy, each sub-command loads what it needs.

`termwand PATH…` opens pictures or a video. Sub-commands: models, check, doctor, keys.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

USAGE = """termwand PATH… [options]     open a picture, a folder, a glob or a video
       termwand check FILE          say what is wrong with an annotation file
       termwand doctor              what this terminal can do, and what to do about the rest
       termwand keys                print the keymap
       termwand models …            model files: list, info, get, add, verify, path"""


def main(argv: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    arguments = sys.argv[1:] if argv is None else argv
    commands: dict[str, Callable[[list[str]], int]] = {
        "check": check, "doctor": doctor, "keys": keys, "models": models,
    }  # fmt: skip
    try:
        if arguments and arguments[0] in commands and not Path(arguments[0]).exists():
            return commands[arguments[0]](arguments[1:])
        return annotate(arguments)
    except KeyboardInterrupt:
        return 130


def annotate(arguments: list[str]) -> int:
    """Open media in the terminal."""
    options = parser().parse_args(arguments)
    from engine.errors import AppError
    from engine.text import plain

    try:
        from tui.start import start

        return start(options)
    except AppError as error:
        print(f"termwand: {plain(error.title)}. {plain(error.detail)}", file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    """Return the parser of `termwand PATH…`."""
    found = argparse.ArgumentParser(prog="termwand", usage=USAGE, description="Annotate images and videos here.")
    found.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="pictures, a folder, a glob, or a video")
    found.add_argument("--annotations", type=Path, metavar="FILE", help="the YAML file (default: beside the media)")
    found.add_argument("--labels", default="", metavar="NAMES|FILE", help="labels with commas between, or a file")
    found.add_argument("--keymap", metavar="NAME|FILE", help="cvat (default), keyboard, left-hand, or your own file")
    found.add_argument("--graphics", choices=["auto", "kitty", "sixel", "iterm2", "symbols", "basic"])
    found.add_argument("--device", help="where networks run: auto, cpu, cuda, cuda:N, mps")
    found.add_argument("--read-only", action="store_true", help="change nothing")
    found.add_argument("--frame", type=int, help="open at this frame")
    return found


def check(arguments: list[str]) -> int:
    """Validate annotation files."""
    found = argparse.ArgumentParser(prog="termwand check")
    found.add_argument("files", nargs="+", type=Path)
    options = found.parse_args(arguments)
    from engine.check import check as problems_of

    from engine.text import plain

    bad = 0
    for path in options.files:
        problems = problems_of(path)
        bad += bool(problems)
        for problem in problems or ["no problems"]:
            print(f"{plain(str(path))}: {plain(problem)}")
    return 1 if bad else 0


def doctor(arguments: list[str]) -> int:
    """Say what this terminal and machine can do."""
    from tui.doctor import main as run

    return run(arguments)


def models(arguments: list[str]) -> int:
    """List, fetch, adopt and verify model files."""
    from tui.models_cli import main as run

    return run(arguments)


def keys(arguments: list[str]) -> int:
    """Print a keymap as a table."""
    found = argparse.ArgumentParser(prog="termwand keys")
    found.add_argument("--keymap", default="cvat", help="cvat, keyboard, left-hand, or a file")
    found.add_argument("--markdown", action="store_true", help="as a table for a README")
    options = found.parse_args(arguments)
    from engine.errors import AppError
    from tui.keytable import lines

    try:
        print("\n".join(lines(options.keymap, markdown=options.markdown)))
    except AppError as error:
        print(f"termwand: {error.title}. {error.detail}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
