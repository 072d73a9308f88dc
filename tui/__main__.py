"""The command line. A stub: it imports nothing heavy, each sub-command loads what it needs.

The first byte is written before anything but signals is imported, so that a person sees at once that something happens.
"""

from __future__ import annotations

import os
import sys

from engine.cli import printing
from engine.cli.commands import COMMANDS, opens

TYPE_CHECKING = False
if TYPE_CHECKING:  # not from typing: nothing is imported before the first byte
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable
    from typing import NoReturn

READER_LEFT = 141
"""Exit status when nobody reads the output any more: what a shell says of a program that SIGPIPE ended."""
WRONG_USE = 2
"""Exit status of a command line that cannot be understood."""
ON_SCREEN = {"doctor": "tui.doctor"}
"""Commands that look at the screen; all others are in `engine.cli`, under their names."""
NOTHING = (
    "termwand: nothing to open. Name a picture, a folder, a pattern or a video: termwand photos/",
    "termwand tour shows how it works in a minute; termwand --help everything that it can do.",
)


def main(argv: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    arguments = sys.argv[1:] if argv is None else argv
    if not arguments:
        printing.complain(*NOTHING)
        return WRONG_USE
    is_command = arguments[0] in COMMANDS
    is_on_screen = not is_command or opens(arguments)
    is_opening = is_on_screen and not {"-h", "--help", "--version"} & set(arguments)
    status = unwound(lambda: command(*arguments) if is_command else annotate(arguments), is_opening)
    if argv is None and is_on_screen:
        end(status)
    return status


def unwound(run: Callable[[], int], is_opening: bool = False) -> int:
    """Run something; return its exit status however it ends, by a signal too."""
    import signal

    from tui.input import signals  # little more than Python has imported anyway

    try:
        signals.unwind()
        if is_opening:
            printing.open_line()
        return run()
    except KeyboardInterrupt:
        return signals.status(signal.SIGINT)
    except SystemExit as end:
        return exit_status(end)
    except Exception as error:
        printing.fault(error)
        return 1
    finally:
        printing.take_line_away()


def end(status: int) -> NoReturn:
    """End the process without waiting for threads: one that is in OpenCV just then would turn this into an abort."""
    import atexit

    atexit._run_exitfuncs()
    printing.flush()
    os._exit(status)


def command(name: str, *arguments: str) -> int:
    """Run a command; where a file or folder is called like it, say how to open that."""
    try:
        status = printed(run_of(name, *arguments), list(arguments))
    except SystemExit as end:  # of argparse: help, or a mistake
        status = exit_status(end)
    if (not arguments or status == WRONG_USE) and os.path.lexists(name):
        printing.complain(f"termwand: {name} is a command. To open what is called {name} here: termwand ./{name}")
    return status


def run_of(name: str, *arguments: str) -> Callable[[list[str]], int]:
    """Return what runs a command: takes the rest of the arguments, returns the exit status; imported only now."""
    if opens([name, *arguments]):
        return tour if name == "tour" else review
    from importlib import import_module

    module = import_module(ON_SCREEN.get(name, f"engine.cli.{name}"))
    run: Callable[[list[str]], int] = module.main
    return run


def exit_status(end: SystemExit) -> int:
    """Return the status that an exception wants the program to end with."""
    return end.code if isinstance(end.code, int) else WRONG_USE


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
    from engine.cli.arguments import parser

    return opened(parser(), arguments)


def opened(parser: ArgumentParser, arguments: list[str]) -> int:
    """Open what the arguments name."""
    return shown(parser.parse_args(arguments))


def shown(options: Namespace) -> int:
    """Open what options name."""
    from engine.errors import AppError

    try:
        from tui.start import start

        return start(options, commands=COMMANDS)
    except AppError as error:
        printing.failed(error)
        return 1


def review(arguments: list[str]) -> int:
    """Open media in a review, or to certify its boxes."""
    from engine.cli.arguments import parser
    from engine.cli.review import certifies, opening
    from engine.errors import AppError

    if certifies(arguments):
        try:
            return shown(opening(arguments))
        except AppError as error:
            printing.failed(error)
            return WRONG_USE
    return opened(parser(review=True), arguments)


def tour(arguments: list[str]) -> int:
    """Show the first minute, on a copy of the sample."""
    from engine.cli.arguments import tour_parser
    from engine.errors import AppError

    options = tour_parser().parse_args(arguments)
    try:
        from tui.start import start
        from tui.tour import LABELS, sample

        with sample() as folder:
            options.paths, options.labels = [folder], LABELS
            return start(options, tour=True)
    except AppError as error:
        printing.failed(error)
        return 1


if __name__ == "__main__":
    sys.exit(main())
