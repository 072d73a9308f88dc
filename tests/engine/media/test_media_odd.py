"""Every odd file of the shared data opens rightly or is refused by name, in a child with limits on time and memory."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SECONDS = 30
MEGABYTES = 2048
REFUSED_BY_PILLOW_BUT_SHOWN = {
    *("bitflips.jpg", "cut_half.jpg", "truncated_jpeg.jpg", "test_3_bands_int16.tif"),
    *("png_decompression_dos.png", "unknown_compression_method.png"),
}
MUST_BE_REFUSED = {"bomb_30000x30000.png", "hopper.heif", "text_inside.png", "audio_only.mp4", "zero.jpg", "zero.mp4"}
CHILD = """
import json, resource, sys
limit = int(sys.argv[1]) << 20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
from pathlib import Path
from engine.errors import MediaError
from engine.media import open_media
for name in sys.argv[2:]:
    try:
        media = open_media([Path(name)])
        shapes = [media.frame(index).shape for index in range(len(media))]
        sizes = [media.size(index) for index in range(len(media))]
        lit = float(media.frame(0).mean())
        result = {"shapes": shapes, "sizes": sizes, "lit": lit, "warning": media.warning(len(media) - 1)}
        media.close()
    except MediaError as error:
        result = {"refused": str(error)}
    print(json.dumps(result), flush=True)
"""


def rows(shared: Path) -> list[dict[str, str]]:
    with (shared / "data/odd/index.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def results(shared: Path) -> dict[str, dict[str, Any]]:
    """Open all files in a few children, a share of them each; a child that dies fails the test."""
    files = [row["file"] for row in rows(shared)]
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(files), 12):
        share = files[start : start + 12]
        command = [sys.executable, "-c", CHILD, str(MEGABYTES), *(str(shared / "data" / name) for name in share)]
        child = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS * len(share))
        assert child.returncode == 0, child.stderr
        assert child.stderr == "", "decoders must not write on the screen"
        lines = child.stdout.splitlines()
        assert len(lines) == len(share)
        found.update((name, json.loads(line)) for name, line in zip(share, lines, strict=True))
    return found


def expected_frames(text: str) -> int:
    """Return the number of frames that the index gives for a picture or video that opens."""
    match = re.search(r"decoded=(\d+)", text) or re.search(r"frames=(\d+)", text)
    return int(match[1]) if match and " MPO " not in text else 1  # an MPO is one photograph with an aid behind it


def expected_size(text: str) -> set[tuple[int, int]]:
    """Return the size that the index gives, either way round where it is turned."""
    match = re.search(r"(\d+)x(\d+)", text)
    width, height = (int(match[1]), int(match[2])) if match else (0, 0)
    turned = re.search(r"orient=[5-8]", text) or "568x320" in text
    return {(height, width)} if turned else {(width, height)}


def test_each_is_shown_whole_or_refused_by_name(shared: Path, results: dict[str, dict[str, Any]]) -> None:
    for row in rows(shared):
        name, text, result = Path(row["file"]).name, row["pillow_or_pyav"], results[row["file"]]
        if "refused" in result:
            assert name in result["refused"]
            assert len(result["refused"]) > len(name) + 20, "says what is wrong"
            assert text.startswith("error") or "decoded=0" in text, f"{name} opens elsewhere: {result}"
            continue
        assert name not in MUST_BE_REFUSED
        assert [(width, height) for height, width, _ in result["shapes"]] == [tuple(size) for size in result["sizes"]]
        if text.startswith("error"):
            assert name in REFUSED_BY_PILLOW_BUT_SHOWN
            continue
        assert len(result["shapes"]) == expected_frames(text), name
        assert {tuple(result["sizes"][0])} == expected_size(text), name  # pages of a TIFF can differ


def test_what_is_shown_in_part_says_so(results: dict[str, dict[str, Any]]) -> None:
    damaged = ("image/bitflips.jpg", "image/cut_half.jpg", "image/truncated_jpeg.jpg", "video/cut_tail.mp4")
    for name in (*damaged, "video/corrupted.mp4", "video/damaged_middle.mp4", "video/no_timescale.mp4"):
        assert Path(name).name in results[f"odd/{name}"]["warning"]


def test_dark_and_transparent_pictures_can_be_seen(results: dict[str, dict[str, Any]]) -> None:
    assert results["odd/image/gray12in16.png"]["lit"] > 100
    assert results["odd/image/12in16bit.tif"]["lit"] > 15
    assert results["odd/image/transparent.png"]["lit"] > 100
    assert results["odd/video/transparent.webm"]["lit"] > 100
