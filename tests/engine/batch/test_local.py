"""Jobs shared among processes: each once, on the devices given, and what a broken one does to the others: nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
import json, os, signal, sys, threading
sys.path.insert(0, {root!r})
from engine.batch.local import Fleet

def work(job, device, tell, stopped):
    tell(job)
    if job == "dies":
        os.kill(os.getpid(), signal.SIGSEGV)
    if job == "fails":
        raise KeyError("a fault")
    if job == "waits":
        print("waiting", os.getpid(), file=sys.stderr, flush=True)
        while not stopped():
            threading.Event().wait(0.01)
        open({mark!r}, "w").close()
        return [job, "stopped"]
    return [job, device, os.getpid()]

if __name__ == "__main__":
    stop, heard = threading.Event(), []
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    fleet = Fleet(work, sys.argv[2:], heard=lambda number, step: heard.append((number, step)),
                  died=lambda why: ["died", why], stop=stop, done=lambda number, result: heard.append((number, "done")))
    print(json.dumps([fleet.run(sys.argv[1].split(",")), heard, os.getpid()]))
"""


def program(folder: Path, *arguments: str) -> tuple[list[str], Path]:
    """Return a command that shares jobs among devices, and the file that a job that waits makes at its end."""
    mark = folder / "mark"
    (folder / "jobs.py").write_text(PROGRAM.format(root=str(ROOT), mark=str(mark)))
    return [sys.executable, str(folder / "jobs.py"), *arguments], mark


def run(folder: Path, *arguments: str):
    command, _ = program(folder, *arguments)
    return json.loads(subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout)


def test_one_job_is_done_in_this_process(tmp_path: Path) -> None:
    results, heard, own = run(tmp_path, "cpu", "only")
    assert results == [["only", "cpu", own]] and heard == [[0, "only"], [0, "done"]]


def test_a_process_that_ends_takes_no_other_job_along(tmp_path: Path) -> None:
    results, heard, own = run(tmp_path, "cpu", "a", "dies", "fails", "b")
    (_, _, first), died, failed, (name, device, other) = results
    assert died == ["died", "Its process has ended: Segmentation fault"]
    assert failed[0] == "died" and "a fault of the program" in failed[1] and "KeyError: 'a fault'" in failed[1]
    assert (name, device) == ("b", "cpu") and len({first, other, own}) == 3
    assert [one for one in heard if one[1] == "done"] == [[number, "done"] for number in range(4)]


def test_each_device_has_one_process_that_takes_the_next_job(tmp_path: Path) -> None:
    results, _, own = run(tmp_path, "cuda:0,cuda:1", *"abcdef")
    assert [one[0] for one in results] == list("abcdef")
    assert all(len({pid for _, device, pid in results if device == name}) <= 1 for name in ("cuda:0", "cuda:1"))
    assert own not in {pid for _, _, pid in results} and len({pid for _, _, pid in results}) <= 2


def test_a_signal_stops_what_runs_and_what_waits_is_not_begun(tmp_path: Path) -> None:
    command, mark = program(tmp_path, "cpu", "waits", "never")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as started:
        assert started.stderr is not None and started.stderr.readline().startswith("waiting")
        started.send_signal(signal.SIGTERM)
        out, _ = started.communicate(timeout=60)
    assert json.loads(out)[0] == [["waits", "stopped"], None] and mark.exists()


def test_a_process_whose_starter_was_killed_stops_too(tmp_path: Path) -> None:
    command, mark = program(tmp_path, "cpu", "waits", "never")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as started:
        assert started.stderr is not None
        pid = int(started.stderr.readline().split()[1])
        started.kill()
        started.stderr.read()  # to its end: the other process has closed it, too
    assert mark.exists()
    assert not Path(f"/proc/{pid}").exists() or not os.path.exists(f"/proc/{pid}/exe")
