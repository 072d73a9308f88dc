"""The documents say what the program does: key tables are the keymaps' own, commands exist, pictures are there."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from engine.cli.arguments import parser
from engine.cli.keys import lines
from engine.keymap import shipped

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
MAP = ROOT / "CONTRIBUTING.md"
KEYS = ROOT / "docs" / "keys.md"


@pytest.mark.parametrize("keymap", shipped())
def test_the_tables_of_keys_are_the_keymaps_own(keymap):
    text, begin, end = KEYS.read_text(encoding="utf-8"), f"<!-- keys of {keymap} -->", f"<!-- end of {keymap} -->"
    wanted = "\n".join([begin, *lines(keymap, markdown=True), end])
    if os.environ.get("TERMWAND_UPDATE_GOLDEN"):
        text = re.sub(f"{begin}.*{end}", lambda _: wanted, text, flags=re.S)
        KEYS.write_text(text, encoding="utf-8")
    assert wanted in text, "run with TERMWAND_UPDATE_GOLDEN=1 to write it anew"


def test_every_option_that_is_named_exists():
    known = {option for action in parser()._actions for option in action.option_strings}
    named = set(re.findall(r"`(--[a-z-]+)", README.read_text(encoding="utf-8")))
    assert named and named <= known


def test_every_path_on_the_map_is_there():
    named = re.findall(r"`((?:engine|tui|tests|benchmarks|docs|keymaps)/[\w./-]*)`", MAP.read_text(encoding="utf-8"))
    assert len(named) > 40 and not [path for path in named if not (ROOT / path).exists()]


def test_every_link_leads_somewhere():
    for page in (README, MAP, *sorted((ROOT / "docs").rglob("*.md"))):
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name} names {target}"
