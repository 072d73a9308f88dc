"""What the engine process has loaded follows what is installed and chosen, from one request to the next."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from engine import weights
from engine.jobs import Answer, Failed, Others, Step
from engine.process.client import EngineClient
from engine.prompt import Prompt
from engine.tools import registry

TOOLS = Path(__file__).parent / "extra_tools"
PICTURE = ("picture", np.zeros((8, 8, 3), np.uint8))
Ask = Callable[..., Step]


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TERMWAND_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv(registry.EXTRA, str(TOOLS))
    registry.tools.cache_clear()
    yield
    registry.tools.cache_clear()


@pytest.fixture
def ask() -> Iterator[Ask]:
    """Return a function that asks the same about the same picture, and returns the request's end."""
    client, steps = EngineClient("cpu"), queue.Queue()
    client.start()

    def again(file: str = "") -> Step:
        client.predict("scales", PICTURE, Prompt().add((1, 1)), weights=file, on_step=steps.put)
        while not isinstance(step := steps.get(timeout=60), Answer | Failed):
            pass
        if isinstance(step, Answer):
            while not isinstance(steps.get(timeout=60), Others):
                pass
        return step

    yield again
    client.close()


def put(folder: Path, file: str, weight: int) -> None:
    (folder / file).write_text(str(weight))
    weights.adopt(folder / file, registry.find("scales").SPEC)


def weighed(step: Step) -> tuple[float | None, float | None, int]:
    """Return what the model weighs, what the one weighed that prepared the picture, and how often one was loaded."""
    assert isinstance(step, Answer), step
    (other,) = step.prediction.alternatives
    return step.prediction.score, other.score, other.origin[0]


def refused(step: Step) -> str:
    assert isinstance(step, Failed), step
    return f"{step.error.title}. {step.error.detail}"


def test_a_file_counts_from_the_next_request_on(ask: Ask, tmp_path: Path) -> None:
    assert "no weights here yet" in refused(ask())
    put(tmp_path, "scales_heavy.bin", 7)
    assert weighed(ask()) == (7, 7, 1)
    assert weighed(ask()) == (7, 7, 1)  # loaded and prepared once
    (tmp_path / "weights" / "scales_heavy.bin").unlink()
    put(tmp_path, "scales_heavy.bin", 8)  # another content under the same name
    assert weighed(ask()) == (8, 8, 2)
    put(tmp_path, "scales_light.bin", 1)  # declared before the other: this is the one in use now
    assert weighed(ask()) == (1, 1, 3)
    assert weighed(ask("scales_heavy.bin")) == (8, 8, 3)  # both stay loaded


def test_the_same_content_again_is_not_loaded_again(ask: Ask, tmp_path: Path) -> None:
    put(tmp_path, "scales_heavy.bin", 7)
    assert weighed(ask()) == (7, 7, 1)
    put(tmp_path, "scales_heavy.bin", 7)
    (tmp_path / "weights" / "scales_heavy.bin").touch()
    assert weighed(ask()) == (7, 7, 1)


def test_a_loaded_file_that_is_changed_behind_our_back_is_refused(ask: Ask, tmp_path: Path) -> None:
    put(tmp_path, "scales_heavy.bin", 7)
    assert weighed(ask()) == (7, 7, 1)
    (tmp_path / "weights" / "scales_heavy.bin").write_text("9")
    assert "wrong checksum" in refused(ask())
    put(tmp_path, "scales_heavy.bin", 9)
    assert weighed(ask()) == (9, 9, 2)


def test_a_model_that_there_is_no_memory_for_is_told_and_another_of_its_files_loads(ask: Ask, tmp_path: Path) -> None:
    put(tmp_path, "scales_light.bin", 0)
    put(tmp_path, "scales_heavy.bin", 7)
    assert "Not enough memory for scales" in refused(ask())
    assert weighed(ask("scales_heavy.bin")) == (7, 7, 1)


def test_a_choice_counts_from_the_next_request_on(ask: Ask, tmp_path: Path) -> None:
    spec = registry.find("scales").SPEC
    put(tmp_path, "scales_light.bin", 1)
    put(tmp_path, "scales_heavy.bin", 7)
    assert weighed(ask()) == (1, 1, 1)
    weights.choose(spec, "scales_heavy.bin")
    assert weighed(ask()) == (7, 7, 2)
    weights.choose(spec, "")
    assert weighed(ask()) == (1, 1, 2)
    weights.choose(spec, "scales_heavy.bin")
    (tmp_path / "weights" / "scales_heavy.bin").unlink()
    assert "termwand models use scales FILE" in refused(ask())
