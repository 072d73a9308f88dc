"""Which device a model runs on: `auto`, `cpu`, `cuda`, `cuda:N` or `mps`, checked where torch is loaded anyway."""

from __future__ import annotations

from engine.errors import ToolError


def resolve(device: str) -> str:
    """Return the device that is meant, `auto` being the first GPU or else the CPU; ToolError if it is not there."""
    import torch

    apple = torch.backends.mps.is_available()
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if device == "auto":
        return "cuda:0" if count else "mps" if apple else "cpu"
    kind, _, number = device.partition(":")
    if kind == "cpu" and not number:
        return device
    if kind == "mps" and not number and apple:
        return device
    if kind == "cuda" and count and (number or "0").isdigit() and int(number or 0) < count:
        return f"cuda:{int(number or 0)}"
    there = ", ".join(["cpu", *(f"cuda:{i}" for i in range(count)), *(["mps"] if apple else [])])
    raise ToolError(f'There is no device "{device}"', f"here are: auto, {there}")
