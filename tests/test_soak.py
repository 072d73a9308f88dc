"""The soak's own parts that need no program: the same seed gives the same keys, and level is told from rising."""

from __future__ import annotations

import pytest

from benchmarks.soak import Held, Sample, risen
from benchmarks.soak_keys import HABITS, read, recorded, typed
from engine.keymap import load_keymap

NUMBERS = {"MODEL": "1", "CUT": "2"}
LEAVES = {"app.quit"}


def test_the_same_seed_gives_the_same_keys_which_can_be_kept_in_a_file(tmp_path) -> None:
    lines = recorded(500, 7, 50, NUMBERS)
    assert lines == recorded(500, 7, 50, NUMBERS) != recorded(500, 8, 50, NUMBERS)
    (tmp_path / "keys").write_text("\n".join(lines))
    assert read(tmp_path / "keys") == lines
    assert typed("w a s esc ctrl+r left") == b"was\x1b[27u\x12\x1b[D"


def test_its_keys_do_something_and_none_of_them_quits() -> None:
    keys = load_keymap("cvat").modes["main"]
    for habit in HABITS:
        found = [keys[key] for key in habit.keys.split() if key in keys]
        assert all(command.action not in LEAVES for command in found), habit.name
        assert found or "esc" in habit.keys, habit.name


def soaked(screen: list[float], engine: list[float], descriptors: int = 30) -> list[Sample]:
    parts = [[Held(value, value, descriptors, 10) for value in process] for process in (screen, engine)]
    return [Sample(100 * (n + 1), 0, *held) for n, held in enumerate(zip(*parts, strict=True))]


STEADY, JUMPY = [300.0] * 30, [300.0 + 25 * (n % 2) for n in range(30)]
RISING, EARLY = [300.0 + 2 * n for n in range(30)], [300.0 * min(n + 1, 10) / 10 for n in range(30)]


@pytest.mark.parametrize(
    ("screen", "engine", "rising"), [
        (STEADY, STEADY, []), (JUMPY, EARLY, []), (EARLY, STEADY, []), (RISING, STEADY, ["screen own"]),
        (STEADY, RISING, ["engine own"]),
    ],
)  # fmt: skip
def test_level_is_told_from_rising(screen: list[float], engine: list[float], rising: list[str]) -> None:
    assert list(risen(soaked(screen, engine))) == rising


def test_descriptors_that_rise_are_told() -> None:
    samples = soaked(STEADY, STEADY)
    later = soaked(STEADY, STEADY, descriptors=36)
    assert list(risen(samples[:20] + later[20:])) == ["screen descriptors", "engine descriptors"]
