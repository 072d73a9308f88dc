"""Every command has its file, every file of a command its name in the list, and none starts a screen or a network."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.cli.arguments import EPILOG, parser
from engine.cli.commands import COMMANDS
from engine.cli.review import main as report
from tui.__main__ import ON_SCREEN, review, run_of

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_can_be_run_and_is_in_the_help(name: str) -> None:
    assert callable(run_of(name)) and f"\n  {COMMANDS[name][0]} " in EPILOG


def test_a_review_is_on_the_screen_with_the_options_of_opening_unless_it_is_to_be_printed() -> None:
    assert run_of("review", "clip.mp4", "--frame", "3") is review
    for printed in (["--report"], ["--kinds"], ["--kinds=jump"], ["--help"]):
        assert run_of("review", "clip.mp4", *printed) is report
    options = parser(review=True).parse_args(["clip.mp4", "--frame", "3", "--annotations", "a.yaml"])
    assert options.review and options.frame == 3 and not parser().parse_args(["clip.mp4"]).review


def test_every_file_with_a_main_is_a_command() -> None:
    files = {path.stem for path in (ROOT / "engine" / "cli").glob("*.py") if "\ndef main(" in path.read_text()}
    assert files == set(COMMANDS) - set(ON_SCREEN) - {"tour"}


def test_commands_that_need_no_screen_load_none_and_no_network() -> None:
    names = ", ".join(f"engine.cli.{name}" for name in COMMANDS if name not in (*ON_SCREEN, "tour"))
    code = f"import sys, {names}; print(*{{name.split('.')[0] for name in sys.modules}})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True).stdout
    assert not {"textual", "rich", "torch", "onnxruntime", "tui"} & set(loaded.split())
