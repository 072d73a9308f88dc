"""The command line. A stub: it imports nothing heavy, each sub-command loads what it needs.

The first byte is written before anything is imported, so that a person sees at once that something happens.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:  # not from typing: nothing is imported before the first byte
    from collections.abc import Callable

OPENING = "termwand is opening …"
GONE = "\r\x1b[2K"
"""Takes the line away again."""
COMMANDS = ("check", "doctor", "keys", "models", "recover")
READER_LEFT = 141
"""Exit status when nobody reads the output any more: what a shell says of a program that SIGPIPE ended."""
NOTHING = """termwand: nothing to open. Name a picture, a folder, a pattern or a video: termwand photos/
termwand --help shows everything that it can do."""


def main(argv: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    arguments = sys.argv[1:] if argv is None else argv
    try:
        if not arguments:
            print(NOTHING, file=sys.stderr)
            return 2
        if arguments[0] in COMMANDS and not os.path.exists(arguments[0]):
            run = {"check": check, "doctor": doctor, "keys": keys, "models": models, "recover": recover}[arguments[0]]
            return printed(run, arguments[1:])
        return annotate(arguments)
    except KeyboardInterrupt:
        return 130


def printed(run: Callable[[list[str]], int], arguments: list[str]) -> int:
    """Run a command that prints; end quietly when its reader, as `head` does, has left."""
    try:
        status = run(arguments)
        sys.stdout.flush()  # here, not at the interpreter's end, where nothing could catch it
        return status
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the interpreter flushes once more
        return READER_LEFT


def annotate(arguments: list[str]) -> int:
    """Open media in the terminal."""
    before = ""
    if shows_opening() and not {"-h", "--help", "--version"} & set(arguments):
        before = GONE
        sys.stderr.write(OPENING)
        sys.stderr.flush()
    from engine.errors import AppError
    from tui.arguments import parser

    options = parser(before).parse_args(arguments)
    try:
        from tui.start import start

        return start(options, before)
    except AppError as error:
        from engine.text import plain

        print(f"{before}termwand: {plain(error.title)}. {plain(error.detail)}".rstrip(), file=sys.stderr)
        return 1


def shows_opening() -> bool:
    """Say whether there is a screen from which the first line can be taken away again."""
    return sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM", "dumb") not in ("dumb", "")


def check(arguments: list[str]) -> int:
    """Validate annotation files."""
    import argparse
    from pathlib import Path

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


def recover(arguments: list[str]) -> int:
    """Show and apply what journals that were kept aside hold."""
    from tui.recover_cli import main as run

    return run(arguments)


def keys(arguments: list[str]) -> int:
    """Print a keymap as a table."""
    import argparse

    found = argparse.ArgumentParser(prog="termwand keys")
    found.add_argument("--keymap", default="cvat", help="cvat, keyboard, left-hand, or a file")
    found.add_argument("--markdown", action="store_true", help="as a table for a README")
    options = found.parse_args(arguments)
    from engine.errors import AppError
    from engine.text import plain
    from tui.keytable import lines

    try:
        print("\n".join(lines(options.keymap, markdown=options.markdown)))
    except AppError as error:
        print(f"termwand: {plain(error.title)}. {plain(error.detail)}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
