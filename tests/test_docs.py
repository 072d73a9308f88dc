"""README says what the program does: its key table is the keymap's own, its commands exist, its pictures are there."""

from __future__ import annotations

import os
import re
from pathlib import Path

from tui.arguments import parser
from tui.keytable import lines

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"


def test_the_key_table_is_the_keymaps_own():
    text = README.read_text(encoding="utf-8")
    wanted = "<!-- keys -->\n" + "\n".join(lines("cvat", markdown=True)) + "\n<!-- /keys -->"
    if os.environ.get("TERMWAND_UPDATE_GOLDEN"):
        text = re.sub(r"<!-- keys -->.*<!-- /keys -->", lambda _: wanted, text, flags=re.S)
        README.write_text(text, encoding="utf-8")
    assert wanted in text, "run with TERMWAND_UPDATE_GOLDEN=1 to write it anew"


def test_every_option_that_is_named_exists():
    known = {option for action in parser()._actions for option in action.option_strings}
    named = set(re.findall(r"`(--[a-z-]+)", README.read_text(encoding="utf-8")))
    assert named and named <= known


def test_every_link_leads_somewhere():
    for page in (README, *sorted((ROOT / "docs").rglob("*.md"))):
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name} names {target}"
