"""Fixtures that many tests share, what is tried again, and how many processes run the whole suite."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.tools.detecting.runtimes.quiet import hush

HERE = Path(__file__).resolve().parent
PROCESSES = 4
"""At most: each holds networks of a gigabyte. One more than there are cores: a test of a program waits for it."""
LATE = ["AssertionError", "TimeoutExpired"]
"""How a program that is late makes a test fail; a crash is not tried again."""


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Share the whole suite among processes; what is asked for by name starts sooner in this one."""
    if config.args_source is pytest.Config.ArgsSource.ARGS:
        return 0
    return min((os.cpu_count() or 1) + 1, PROCESSES)


def pytest_configure(config: pytest.Config) -> None:
    """Let the processes of a shared suite compute by one thread each, and programs under test hear what ends them.

    Whoever started the suite may have it ignored, as `nohup` and a shell's `&` do; programs inherit that.
    """
    for number, handler in ((signal.SIGHUP, signal.SIG_DFL), (signal.SIGINT, signal.default_int_handler)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)
    hush()  # a test that imports openvino contacts nobody either
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # programs under test need not compile what they import each time
    if hasattr(config, "workerinput"):
        os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Try tests of the real program on a pty again, and no others."""
    for item in items:
        if "launch" in getattr(item, "fixturenames", ()):
            item.add_marker("pty")
        if item.get_closest_marker("pty") is not None:
            item.add_marker(pytest.mark.flaky(reruns=2, only_rerun=LATE))


@pytest.fixture(scope="session", autouse=True)
def no_choices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what the person at this machine has chosen or left behind out of the tests, and these out of their home."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real data, goldens and weights beside the project, or skip."""
    folder = Path(os.environ.get("TERMWAND_SHARED", HERE.parent.parent / "shared"))
    if not (folder / "data" / "manifest.yaml").is_file():
        pytest.skip(f"no shared test data at {folder} (set TERMWAND_SHARED)")
    return folder


@pytest.fixture
def street(tmp_path: Path) -> Path:
    """Return a copy of the sample folder without its annotations."""
    folder = tmp_path / "street"
    shutil.copytree(HERE.parent / "samples" / "street", folder, ignore=shutil.ignore_patterns("*.termwand.*"))
    return folder
