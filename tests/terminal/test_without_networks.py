"""A light install, without the extra `ai`: tools without networks do the whole job, the others say what they lack."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.terminal.conftest import ROOT, Launch, saved

LIGHT = {"PYTHONPATH": os.pathsep.join([str(ROOT / "tests" / "without_networks"), str(ROOT)])}

COMMAND = re.compile(r"(uv|pip) .*(--extra ai|\[ai\])")


@pytest.fixture
def app(launch: Launch, street: Path):
    return launch(street, options=("--labels", "car"), environment=LIGHT).sees("street_1")


def test_the_main_job_runs(app, street):
    app.press("i").sees("Interactors").press("1").sees("0+ 0-")
    app.press("enter").sees("1+ 0-").press("n").sees("car 1 poly")
    app.press("O").sees("Intelligent scissors").press("2").sees("reach 300").press("enter").sees("1 pt").press(
        "esc", "esc"
    )
    app.gone("reach 300").press("O").sees("Intelligent scissors").press("3").sees(" CL")
    app.press("f").sees("street_2").press("b", "enter", *["right"] * 6, *["down"] * 4, "enter").sees("car 2 rect")
    assert app.leave() == 0
    document, notes = saved(street / "annotations.termwand.yaml")
    assert notes == [] and [(shape.model, shape.type) for shape in document.all_shapes()] == [
        ("graphcut", "polygon"), ("", "rectangle"),
    ]  # fmt: skip


def test_a_model_says_the_command_in_the_list_and_when_it_is_chosen(app):
    app.press("i").sees("SAM (Segment Anything)  (not installed: Enter says how)")
    app.press(*"jjjjjj").sees("This brings PyTorch, segment-anything:")
    assert COMMAND.search(app.text())
    app.press("enter").sees("SAM (Segment Anything) is not installed yet")
    assert COMMAND.search(app.text())
    app.press("esc").gone("is not installed yet").press("M").sees("Models and their weights").press("enter")
    app.sees("Not here:  PyTorch").press("esc", "esc")


def test_an_object_of_a_model_that_cannot_run_stays_as_it_is_and_says_why(launch, street):
    (street / "annotations.termwand.yaml").write_text(
        'termwand: 1\nmedia: {path: ".", kind: folder, frames: 6}\nlabels:\n- {name: car}\nshapes:\n'
        '- {"id":1,"frame":0,"label":"car","type":"polygon","points":[[100.0,100.0],[300.0,100.0],[300.0,300.0]],'
        '"source":"semi-auto","model":"sam","prompt":{"tool":"sam","points":[[200.0,150.0,true]]}}\n'
    )
    app = launch(street, environment=LIGHT).sees("car 1 poly").press("tab", "N").sees("SAM needs packages")
    assert app.press("f").sees("street_2").leave() == 0
