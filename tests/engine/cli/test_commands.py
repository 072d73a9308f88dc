"""Every command has its file, every file of a command its name in the list, and none starts a screen or a network."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.cli.arguments import EPILOG
from engine.cli.commands import COMMANDS
from tui.__main__ import ON_SCREEN, run_of

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_can_be_run_and_is_in_the_help(name: str) -> None:
    assert callable(run_of(name)) and f"\n  {COMMANDS[name][0]} " in EPILOG


def test_every_file_with_a_main_is_a_command() -> None:
    files = {path.stem for path in (ROOT / "engine" / "cli").glob("*.py") if "\ndef main(" in path.read_text()}
    assert files == set(COMMANDS) - set(ON_SCREEN) - {"tour"}


def test_commands_that_need_no_screen_load_none_and_no_network() -> None:
    names = ", ".join(f"engine.cli.{name}" for name in COMMANDS if name not in (*ON_SCREEN, "tour"))
    code = f"import sys, {names}; print(*{{name.split('.')[0] for name in sys.modules}})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True).stdout
    assert not {"textual", "rich", "torch", "onnxruntime", "tui"} & set(loaded.split())
