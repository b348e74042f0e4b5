#!/usr/bin/python3
"""test_perf_agrees.py EXECUTOR: our counters and those of `perf stat`, on the same process.

Ours cover the execution alone, perf's the whole process. So on a module whose execution is nearly all that
happens, perf must have counted at least what we did, and what it counted besides must be what a second
process takes that does everything but the execution (`measure --no-execute`). Exit status 77: skipped.
"""
import collections
import ctypes
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

EXECUTOR = sys.argv[1]

# Of each event, how far perf's count less the second process's may be from ours: a share of ours, and a
# number besides, since no two processes start alike. A thread's clock is not a time that anything is
# measured against here: both sides are to have seen the same one.
TOLERANCES = {
    "page-faults": (0.01, 60),
    "task-clock": (0.10, 10e6),  # ns
    "instructions": (0.005, 200_000),
    "branches": (0.005, 50_000),
}

# Writes to each of 16384 pages of memory, n times over.
PAGES = 16384
ATTEMPTS = 8
WAT = """(module (memory 1024) (func (export "touch") (param $n i32) (result i32) (local $page i32)
  (loop $again
    (local.set $page (i32.const 0))
    (loop $next
      (i32.store (local.get $page) (local.get $n))
      (br_if $next (i32.lt_u (local.tee $page (i32.add (local.get $page) (i32.const 4096)))
                             (i32.const 0x4000000))))
    (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
  (i32.load (i32.const 0x3fff000))))"""


def small_pages():
    """No page of 2 MiB shall be given where 512 small ones can be counted."""
    PR_SET_THP_DISABLE = 41
    ctypes.CDLL(None).prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0)


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(77)


def perf_stat(events, command):
    """What `command` printed, and perf's counts in user space, None where it has none."""
    with tempfile.NamedTemporaryFile("r") as file:
        names = ",".join(f"{event}:u" for event in events)
        done = subprocess.run(["perf", "stat", "-x;", "-o", file.name, "-e", names, *command], text=True,
                              capture_output=True, preexec_fn=small_pages)
        if done.returncode != 0:
            return None, dict.fromkeys(events)
        counts = dict.fromkeys(events)
        for line in file:
            value, unit, name = (line.strip().split(";") + [""] * 3)[:3]
            if name.removesuffix(":u") in counts and value.replace(".", "").isdigit():
                counts[name.removesuffix(":u")] = float(value) * (1e6 if unit == "msec" else 1)
        return done.stdout, counts


def measure(module, *options):
    return [EXECUTOR, "measure", *options, "--invoke", "touch", module, "400"]


Counts = collections.namedtuple("Counts", "ours perf rest reasons")  # rest: of a process without the execution


def take_counts(module):
    printed, of_perf = perf_stat(TOLERANCES, measure(module, "--events", ",".join(TOLERANCES)))
    if printed is None:
        skip("perf cannot count here")
    report = json.loads(printed)
    assert report["results"] == ["1"], report
    ours = {counter["event"]: counter["value"] for counter in report["counters"] if counter["state"] == "measured"}
    reasons = {counter["reason"] for counter in report["counters"] if counter["reason"]}
    return Counts(ours, of_perf, perf_stat(TOLERANCES, measure(module, "--no-execute"))[1], reasons)


def disagreement(event, counts):
    """In words; nothing if they agree."""
    share, number = TOLERANCES[event]
    ours, of_perf, rest = counts.ours[event], counts.perf[event], counts.rest[event]
    tolerance = share * ours + number
    agree = ours <= of_perf and abs(of_perf - rest - ours) < tolerance and \
        ours > 3 * tolerance  # else the comparison would say little
    if event == "page-faults" and not PAGES - number <= ours <= PAGES + number:
        return f"we counted {ours:.0f} faults on {PAGES} pages"
    return "" if agree else f"we {ours:.0f}, perf {of_perf:.0f}, without the execution {rest:.0f}"


class Agreement(unittest.TestCase):
    """The kernel may take pages away and give them back while we count, or let another process go first.
    Then both see it, but in two processes it is not the same: so each event has several attempts."""

    def test_counts_are_those_of_perf(self):
        open_events, found = set(COMMON), {}
        for _ in range(ATTEMPTS):
            counts = take_counts(MODULE)
            found = {event: disagreement(event, counts) for event in open_events}
            open_events = {event for event in open_events if found[event]}
            if not open_events:
                break
        self.assertEqual({event: found[event] for event in open_events}, {})


for tool in "perf", "wat2wasm":
    if not shutil.which(tool):
        skip(f"{tool} is missing")
FOLDER = tempfile.TemporaryDirectory()
MODULE = str(pathlib.Path(FOLDER.name) / "touch.wasm")
subprocess.run(["wat2wasm", "-", "-o", MODULE], input=WAT, text=True, check=True)
FIRST = take_counts(MODULE)
COMMON = [event for event in TOLERANCES
          if event in FIRST.ours and FIRST.perf[event] is not None and FIRST.rest[event] is not None]
if not COMMON:
    skip("there is no event that both can count: " + "; ".join(FIRST.reasons or ["perf counts none"]))
print(f"compared: {', '.join(f'{event} ({FIRST.ours[event]:.0f}, {FIRST.perf[event]:.0f})' for event in COMMON)}")

if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
