"""What a real tracker has made of a real clip, reviewed from start to end by keys alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.reviewed import folder_of, line, reviewed
from benchmarks.trackers import clips

CLIP = "davis_scooter-black"


@pytest.mark.parametrize("tracker", ["csrt", "mil"])
async def test_a_trackers_output_is_reviewed_by_keys_alone(shared: Path, tracker: str) -> None:
    (clip,) = [one for one in clips(shared / "data", "all") if one.name == CLIP]
    with folder_of(clip) as folder:
        told = await reviewed(clip, tracker, folder)
    assert told.bad > 0.1 and told.repairs, line(told)  # else there is nothing to review
    assert told.left == 0 and told.after <= 0.02 and told.looked <= 0.2, line(told)
