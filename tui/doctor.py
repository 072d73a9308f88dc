"""`termwand doctor`: what this terminal, this link and this machine can do, what each weakness costs, and what to do.

Apart from the program because it runs without it: no Textual, and none of the networks' libraries is imported (their
presence is read from package metadata, the graphics card's from the driver), so it answers at once and anywhere.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from engine.cli import printing, terminal
from engine.cli.arguments import Parser
from engine.text import plain
from engine.tools.packages import command
from tui.line_speed import Speed, measured
from tui.surfaces.base import Capabilities

LEVELS = {
    "kitty": "a changed shape costs its own pixels, a moved crosshair 100 bytes",
    "sixel": "255 colours; changes cost their own pixels, a new frame 0.5 to 2 MB",
    "iterm2": "changes are sent as JPEG rectangles, slightly lossy; a new frame 0.2 to 0.5 MB",
    "symbols": "4 or 6 pixels a character cell: fine details are not seen before you zoom in",
    "basic": "every change sends the whole picture",
}
BETTER = "kitty, Ghostty (Kitty graphics); foot, WezTerm, iTerm2 and Windows Terminal 1.22 or later come next"
SLOW, FAR = 2e6, 0.08


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; cost and advice are empty where all is well."""

    name: str
    value: str
    cost: str = ""
    advice: str = ""


def main(arguments: list[str]) -> int:
    """Print the report; return 1 if there is no terminal to look at."""
    options = _parser().parse_args(arguments)
    from tui.surfaces.probe import probe

    on_terminal = terminal.target() >= 0
    found = probe(None if options.graphics == "auto" else options.graphics)
    speed = None
    if on_terminal and not options.no_speed:
        speed = measured()
    findings = [*terminal_findings(found, os.environ, on_terminal=on_terminal), *link_findings(speed, os.environ)]
    findings += machine_findings()
    if options.json:
        printing.say(*json.dumps([asdict(finding) for finding in findings], indent=1).split("\n"))
    else:
        printing.say(*lines(findings))
    return 0 if on_terminal else 1


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="termwand doctor", description="What this terminal and machine can do.")
    parser.add_argument(
        "--graphics", default="auto", choices=["auto", *LEVELS], help="look at it as if this was chosen"
    )
    parser.add_argument("--no-speed", action="store_true", help="do not measure the link")
    parser.add_argument("--json", action="store_true", help="for scripts")
    return parser


def lines(findings: Iterable[Finding]) -> list[str]:
    """Return the report as text: weaknesses are marked and followed by what they cost and what to do."""
    out = []
    for finding in findings:
        mark = "!" if finding.cost else " "
        out.append(f"{mark} {finding.name:<17} {plain(finding.value)}")
        out += [f"{'':20}{label}: {plain(text)}" for label, text in _notes(finding)]
    return out


def _notes(finding: Finding) -> list[tuple[str, str]]:
    return [(label, text) for label, text in (("costs", finding.cost), ("do", finding.advice)) if text]


def terminal_findings(found: Capabilities, environment: Mapping[str, str], *, on_terminal: bool) -> list[Finding]:
    """Return what the probe's answers mean for the work."""
    if not on_terminal:
        return [Finding("terminal", "none here", "nothing can be asked", "run it in the terminal that you work in")]
    name = found.terminal or f"does not say (TERM={environment.get('TERM', '')})"
    return [Finding("terminal", name), _graphics(found), _cell(found), _colours(found), *_input(found), *_tmux(found)]


def _graphics(found: Capabilities) -> Finding:
    value = f"{found.graphics}: {LEVELS[found.graphics]}"
    if found.graphics == "kitty":
        if found.frame_edits:
            return Finding("graphics", value)
        return Finding(
            "graphics",
            "kitty, without frame edits",
            "a changed base picture is sent whole",
            "kitty 0.31 or later has frame edits",
        )
    if found.graphics == "basic":
        return Finding("graphics", value, "megabytes for each change", "leave --graphics basic away")
    advice = {
        "sixel": f"full colours: {BETTER}",
        "iterm2": f"lossless pictures: {BETTER}",
        "symbols": f"real pixels: {BETTER}; xterm shows Sixel if started as xterm -ti vt340",
    }
    cost = {
        "sixel": "shades are rounded",
        "iterm2": "soft edges round outlines",
        "symbols": "small objects are lost",
    }
    return Finding("graphics", value, cost[found.graphics], advice[found.graphics])


def _cell(found: Capabilities) -> Finding:
    return Finding("cell", f"{found.cell[0]} x {found.cell[1]} pixels")


def _colours(found: Capabilities) -> Finding:
    if found.truecolor:
        return Finding("colours", "24 bits")
    return Finding(
        "colours",
        "256",
        "the program's own colours and symbols are rounded",
        "if the terminal has more: export COLORTERM=truecolor (ssh does not forward it)",
    )


def _input(found: Capabilities) -> list[Finding]:
    pixel = Finding("mouse", "to the pixel")
    if not found.pixel_mouse:
        cost = "a click means the middle of a cell"
        pixel = Finding(
            "mouse", "to the cell", cost, "zoom in, or use the keyboard's cursor; kitty and foot tell pixels"
        )
    keys = Finding("keyboard", "Kitty protocol: keys alone and their release are seen")
    if not found.kitty_keyboard:
        cost = "held Ctrl does not block requests; Ctrl+Shift letters and Ctrl+digits do not arrive; Escape takes 0.1 s"
        keys = Finding("keyboard", "classic", cost, "every keymap has other keys for it: T blocks, Ctrl+Y redoes")
    sync = Finding("synchronized", "yes")
    if not found.synchronized:
        sync = Finding("synchronized", "no", "large updates may be seen half drawn")
    return [pixel, keys, sync]


def _tmux(found: Capabilities) -> list[Finding]:
    if not found.tmux:
        return []
    cost = "pixel mouse and the Kitty keyboard are hidden by tmux"
    advice = "for pictures: tmux set -g allow-passthrough on, in kitty or Ghostty; or work outside tmux"
    return [Finding("tmux", "yes", cost, advice)]


def link_findings(speed: Speed | None, environment: Mapping[str, str]) -> list[Finding]:
    """Return what the way to the terminal means for the work."""
    remote = "over SSH" if environment.get("SSH_CONNECTION") else "local"
    if speed is None:
        return [Finding("link", f"{remote}, not measured")]
    trip, rate = f"{speed.round_trip * 1000:.0f} ms", f"{speed.rate / 1e6:.1f} MB/s"
    far = "the crosshair follows the hand this late" if speed.round_trip > FAR else ""
    slow = (
        f"a new frame takes {1e6 / speed.rate:.1f} s per megabyte; a draft is shown first" if speed.rate < SLOW else ""
    )
    return [
        Finding("round trip", f"{trip}, {remote}", far, "a server or a route that is nearer" if far else ""),
        Finding(
            "speed", rate, slow, "ssh -C (halves Sixel, spares a quarter of Kitty), a smaller window" if slow else ""
        ),
    ]


def machine_findings() -> list[Finding]:
    """Return what this machine brings along, without importing anything large."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    found = [Finding("processor", f"{platform.machine()}, {cores} cores"), _gpu(), _decoders()]
    found.append(_package("OpenCV", "opencv-contrib-python", "no scissors", "install termwand anew"))
    for name, package, use in (("PyTorch", "torch", "AI interactors"), ("ONNX Runtime", "onnxruntime", "detectors")):
        found.append(_package(name, package, f"no {use}; everything else works", command()))
    return found


def _package(name: str, package: str, cost: str, advice: str) -> Finding:
    version = _version(package)
    return Finding(name, version) if version else Finding(name, "missing", cost, advice)


def _version(package: str) -> str:
    from importlib import metadata

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _gpu() -> Finding:
    """Look for a graphics card by what its driver shows."""
    if names := _nvidia():
        return Finding("GPU", names)
    if platform.system() == "Darwin" and platform.machine() == "arm64":
        return Finding("GPU", "Apple, used as mps")
    value = "an AMD driver, used if PyTorch was built for it" if Path("/dev/kfd").exists() else "none found"
    return Finding("GPU", value, "SAM takes seconds for a frame's first click", "work where an NVIDIA card is")


def _nvidia() -> str:
    """Return the names of NVIDIA cards, "" if there are none."""
    if program := shutil.which("nvidia-smi"):
        command = [program, "--query-gpu=name,memory.total", "--format=csv,noheader"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)
        except (OSError, subprocess.TimeoutExpired):
            done = None
        if done is not None and done.returncode == 0 and done.stdout.strip():
            return "; ".join(done.stdout.strip().splitlines())
    cards = sorted(Path("/proc/driver/nvidia/gpus").glob("*/information"))
    models = [
        line.split(":", 1)[1].strip() for card in cards for line in card.read_text().splitlines() if "Model" in line
    ]
    return "; ".join(models)


def _decoders() -> Finding:
    try:
        from av.codec import Codec
    except ImportError:
        return Finding("video", "missing", "no video can be opened", "pip install av")
    wanted = {"H.264": "h264", "HEVC": "hevc", "VP9": "vp9", "AV1": "libdav1d", "ProRes": "prores"}
    missing = [name for name, codec in wanted.items() if not _decodes(Codec, codec)]
    value = ", ".join(name for name in wanted if name not in missing)
    cost = f"no {', '.join(missing)}" if missing else ""
    return Finding("video", f"PyAV {_version('av')}: {value}", cost, "install PyAV's own wheel" if cost else "")


def _decodes(codec: type, name: str) -> bool:
    try:
        codec(name, "r")
    except ValueError:  # PyAV's UnknownCodecError is one
        return False
    return True
