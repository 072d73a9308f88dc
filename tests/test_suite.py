"""The suite's own rules: what is tried again, and in how many processes it runs."""

from __future__ import annotations

import inspect
import re

import pytest

from tests.conftest import PROCESSES, pytest_xdist_auto_num_workers

STARTS = re.compile(r"\b(?:Session|Termwand)\(\w*command|\bSession\(\[")


def test_only_tests_of_a_program_on_a_pty_are_tried_again(request: pytest.FixtureRequest) -> None:
    for item in request.session.items:
        assert isinstance(item, pytest.Function)
        on_a_pty = "launch" in item.fixturenames or bool(STARTS.search(inspect.getsource(item.function)))
        marked = item.get_closest_marker("pty") is not None
        assert marked or not on_a_pty, item.nodeid
        assert marked == (item.get_closest_marker("flaky") is not None), item.nodeid


def test_what_is_asked_for_by_name_runs_in_one_process(pytestconfig: pytest.Config) -> None:
    named = pytestconfig.args_source is pytest.Config.ArgsSource.ARGS
    count = pytest_xdist_auto_num_workers(pytestconfig)
    assert count == 0 if named else 0 < count <= PROCESSES
