"""`termwand keys` on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.cli.keys import main


def test_a_keymap_is_printed_by_mode_and_by_task(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    by_mode = capsys.readouterr().out
    assert by_mode.splitlines()[0].startswith("main") and "Quit" in by_mode and "Finish, or repeat" in by_mode
    assert main(["--keymap", "keyboard", "--markdown"]) == 0
    assert capsys.readouterr().out.startswith("| task or mode | keys | what |\n")


def test_an_action_that_nobody_has_is_refused_with_the_nearest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.yaml").write_text('base: cvat\nmain:\n  "9": app.qiut\n')
    assert main(["--keymap", str(tmp_path / "mine.yaml")]) == 1
    assert 'did you mean "app.quit"' in capsys.readouterr().err
