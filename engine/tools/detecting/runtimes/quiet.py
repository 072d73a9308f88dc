"""OpenVINO, imported so that it contacts nobody.

Its Python package imports a converter, which reports every import to a web statistics service unless a file in the
user's home forbids it. Neither is needed here: both are hidden, which the package takes for not being installed, and
importing takes half the time. No other file of the program imports OpenVINO.
"""

from __future__ import annotations

import sys
from typing import Any

HIDDEN = ("openvino.tools.ovc", "openvino_telemetry")


def hush() -> None:
    """Hide what reports home from every import that follows."""
    for name in HIDDEN:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]


def quiet_openvino() -> Any:
    """Return the package `openvino`; raise ModuleNotFoundError where it is not installed."""
    hush()
    import openvino

    return openvino
