"""A document with something of everything that dialogs and panels show, and the app with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.tui.in_process import running
from tui.app import TermwandApp

YAML = "annotations.termwand.yaml"
DOCUMENT = """\
termwand: 1
media: {path: ".", kind: folder, frames: 6}
next_id: 9
labels:
- {"name":"car","attributes":[{"name":"color","kind":"select","values":["red","green","blue"]},\
{"name":"parked","kind":"checkbox"},{"name":"speed","kind":"number","minimum":0,"maximum":200},\
{"name":"plate","kind":"text"}]}
- {"name":"person"}
- {"name":"bus"}
shapes:
- {"id":1,"frame":0,"label":"car","type":"rectangle","points":[[100.0,300.0],[300.0,400.0]]}
- {"id":2,"frame":0,"label":"person","type":"polygon","points":[[600.0,300.0],[700.0,300.0],[650.0,500.0]],\
"occluded":true}
- {"id":3,"frame":4,"label":"car","type":"rectangle","points":[[100.0,300.0],[300.0,400.0]]}
tags:
- {"frame":0,"label":"bus"}
"""


@pytest.fixture
def scene(street: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the sample with that document, no model's files being here."""
    monkeypatch.setenv("TERMWAND_WEIGHTS", str(tmp_path / "weights"))
    (street / YAML).write_text(DOCUMENT, encoding="utf-8")
    return street


@pytest.fixture
async def app(scene: Path) -> AsyncIterator[TermwandApp]:
    """Yield the app with that document."""
    async with running(scene, labels="") as found:
        yield found
