#!/usr/bin/python3
"""What `tailrace bench` shows on a terminal: a live table, which is gone at the end.

Usage: test_terminal.py TAILRACE_PROGRAM

The executors are stand-ins. What is written to a pseudo-terminal is drawn by a small model of a screen.
"""
import errno
import fcntl
import os
import pathlib
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unittest

from fake_build import make_build

PROGRAM = os.path.abspath(sys.argv[1])
STRATEGIES = ["switch", "goto-indirect", "goto-direct", "tail-direct"]
CONTROL = re.compile(r"\x1b\[([0-9;]*)([A-Za-z])|\x1b")


class Screen:
    """Rows of text, as a terminal shows them; those that scrolled out at the top stay, above `top`. Lines
    that do not fit are broken, and joined again when there is room. What was already too long when it was
    written is noted in `wrapped`."""

    def __init__(self, width, height):
        self.width, self.height = width, height
        self.rows, self.row, self.column = [""], 0, 0
        self.broken = set()  # rows that go on with the line of the row before them
        self.wrapped, self.unknown, self.pending = [], [], ""

    @property
    def top(self):
        return max(len(self.rows) - self.height, 0)

    def resize(self, width, height):
        """The cursor, which is at the beginning of a line, stays there."""
        lines, place = [], 0
        for number, text in enumerate(self.rows):
            if number in self.broken:
                lines[-1] += text
            else:
                lines.append(text)
            if number == self.row:
                place = len(lines) - 1
        self.rows, self.broken = [], set()
        for number, line in enumerate(lines):
            if number == place:
                self.row = len(self.rows)
            for start in range(0, max(len(line), 1), width):
                if start:
                    self.broken.add(len(self.rows))
                self.rows.append(line[start:start + width])
        self.width, self.height = width, height

    def put(self, character):
        text = self.rows[self.row].ljust(self.column)
        self.rows[self.row] = text[:self.column] + character + text[self.column + 1:]
        self.column += 1
        if self.column > self.width:
            self.wrapped.append(self.rows[self.row])

    def feed(self, text):
        text = self.pending + text
        self.pending = ""
        place = 0
        while place < len(text):
            character = text[place]
            if character == "\x1b":
                found = CONTROL.match(text, place)
                if not found.group(2):
                    self.pending = text[place:]  # the rest comes with the next piece
                    return
                self.control(found.group(2), found.group(1))
                place = found.end()
                continue
            if character == "\r":
                self.column = 0
            elif character == "\n":
                self.row += 1
                if self.row == len(self.rows):
                    self.rows.append("")
            else:
                self.put(character)
            place += 1

    def control(self, kind, numbers):
        if kind == "A":
            self.row = max(self.row - int(numbers or 1), self.top)
        elif kind == "J" and not numbers:
            del self.rows[self.row + 1:]
            self.broken = {row for row in self.broken if row <= self.row}
            self.rows[self.row] = self.rows[self.row][:self.column]
        elif kind == "K" and not numbers:
            self.rows[self.row] = self.rows[self.row][:self.column]
        elif kind != "m":
            self.unknown.append(numbers + kind)

    def text(self):
        return "\n".join(row.rstrip() for row in self.rows)


class Terminal(unittest.TestCase):
    def setUp(self):
        self.holder = tempfile.TemporaryDirectory(prefix="tailrace-test-")
        self.addCleanup(self.holder.cleanup)
        self.folder = pathlib.Path(self.holder.name)
        make_build(self.folder, PROGRAM, STRATEGIES)
        self.command = [self.folder / "tailrace", "bench", "--budget", "0", "--events", "none",
                        "--stop", "budget", "--output", self.folder / "result.json"]
        self.seen = []

    def set_size(self, width, height):
        fcntl.ioctl(self.ours, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def run_in(self, width, height, *arguments, on_text=None, program=None, **environment):
        """Runs it to its end. `on_text(text so far)` is called whenever something new is shown."""
        self.ours, theirs = pty.openpty()
        self.set_size(width, height)
        self.screen = Screen(width, height)
        everywhere = {name: value for name, value in os.environ.items()
                      if name not in ("NO_COLOR", "CLICOLOR", "COLUMNS")}
        self.process = subprocess.Popen(
            program or [*self.command, *arguments],
            env=everywhere | {"TERM": "xterm"} | environment, stdin=theirs, stdout=theirs, stderr=theirs,
            start_new_session=True)
        os.close(theirs)
        self.raw, text, deadline = b"", "", time.monotonic() + 100
        while time.monotonic() < deadline:
            if not select.select([self.ours], [], [], 1)[0]:
                continue
            try:
                piece = os.read(self.ours, 65536)
            except OSError as error:
                self.assertEqual(error.errno, errno.EIO)
                break
            if not piece:
                break
            self.raw += piece
            whole = self.raw.decode(errors="ignore")  # a character may be cut in two
            self.screen.feed(whole[len(text):])
            text = whole
            # A drawing ends with a return; what is read before that is a mixture of it and the last one.
            if text.endswith("\r"):
                self.seen.append(self.screen.text())
            if on_text:
                on_text(text)
        os.close(self.ours)
        status = self.process.wait(timeout=10)
        self.assertEqual(self.screen.unknown, [])
        return status, self.screen.text()

    def assert_clean(self, shown):
        """Nothing of the live table is left."""
        self.assertNotRegex(shown, r"Medians so far|% +\d+:\d\d left")

    def pictures(self):
        """The tables that were seen whole."""
        return [text[text.index("Medians so far"):] for text in self.seen
                if "Medians so far" in text and re.search(r"geometric mean.*\n\n.*left", text)]

    def test_the_live_table_appears_and_goes(self):
        status, shown = self.run_in(90, 24, FAKE_TROUBLE="goto-direct-acc:sort=late")
        self.assertEqual(status, 0, shown)
        self.assert_clean(shown)
        pictures = self.pictures()
        self.assertGreater(len(pictures), 1)
        last = pictures[-1]
        self.assertRegex(last, r"\nworkload +rounds +switch +goto-indirect +goto-direct +tail-direct +A/A\n")
        self.assertRegex(last, r"\nsort +[0-3] +>?1\.000 +>?0\.800 1\.25× +>?1\.000 1\.00× +"
                               r">?0\.500 2\.00× +>?1\.000×\n")
        self.assertRegex(last, r"\ngeometric mean +1\.25× +1\.00× +2\.00×")
        self.assertTrue(any(">" in picture for picture in pictures))
        for picture in pictures:
            self.assertLessEqual(picture.count(">"), 1)
            self.assertEqual(picture.count("geometric mean"), 1)
        # The final table and everything else is there once.
        for words in "3 workloads, 4 executors", "Done after", "Noise floor", "Results: ", "\ngeometric mean":
            self.assertEqual(shown.count(words), 1, words)

    def test_fits_every_size(self):
        for width in 40, 80, 200:
            for height in 5, 24, 60:
                with self.subTest(width=width, height=height):
                    self.seen = []
                    status, shown = self.run_in(width, height, "--workload", "sort,vm")
                    self.assertEqual(status, 0, shown)
                    self.assert_clean(shown)
                    live = [row for text in self.seen for row in text.split("\n") if " left  " in row]
                    self.assertTrue(live)
                    self.assertLess(max(map(len, live)), width)
                    # What cannot be broken: headings of tables with long names, and paths.
                    long = [row for row in self.screen.wrapped if "/" not in row]
                    self.assertEqual(long, [])
                    for text in self.seen:
                        if "Medians so far" in text:
                            lines = text[text.index("Medians so far"):].split(" left  ")[0].count("\n") + 1
                            self.assertLess(lines, height)

    def test_resizing_leaves_nothing_behind(self):
        sizes = [(60, 24), (110, 20), (41, 24), (80, 12)]

        def resize(text):
            if sizes and self.pictures() and text.endswith("\r"):
                width, height = sizes.pop(0)
                self.set_size(width, height)
                self.screen.resize(width, height)
        status, shown = self.run_in(90, 24, on_text=resize,
                                    FAKE_TROUBLE="switch-acc:vm=late tail-direct-acc:sort=late")
        self.assertEqual(status, 0, shown)
        self.assertEqual(sizes, [])
        self.assert_clean(shown)
        self.assertEqual(shown.count("\ngeometric mean"), 1, shown)

    def test_interruption(self):
        interrupted = []

        def interrupt(text):
            if "round 1" in text and not interrupted:
                interrupted.append(True)
                os.write(self.ours, b"\x03")
        # As from a keyboard: with echo, and through the terminal's own process group.
        setup = ("import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
                 "os.execv(sys.argv[1], sys.argv[1:])")
        status, shown = self.run_in(
            80, 24, on_text=interrupt, FAKE_TROUBLE="tail-direct-acc:vm=slow",
            program=[sys.executable, "-c", setup, *self.command])
        self.assertEqual(status, 128 + signal.SIGINT, shown)
        self.assertIn("Interrupted after", shown)
        self.assert_clean(shown)

    def test_notes_stand_above_the_table(self):
        status, shown = self.run_in(100, 24, FAKE_TROUBLE="tail-direct-acc:vm=trap")
        self.assertEqual(status, 1, shown)
        self.assert_clean(shown)
        notes = [row for row in shown.split("\n") if row.startswith("tailrace: ")]
        self.assertEqual(len(notes), 1, shown)
        self.assertIn("unreachable", notes[0])
        self.assertTrue(any(" failed" in picture for picture in self.pictures()))

    def test_colours_only_where_they_are_wanted(self):
        self.run_in(80, 24)
        self.assertIn(b"\x1b[1m", self.raw)
        for name, value in ("NO_COLOR", "1"), ("CLICOLOR", "0"):
            self.run_in(80, 24, **{name: value})
            self.assertNotRegex(self.raw, rb"\x1b\[[0-9;]*m", name)
            self.assertIn(b"\x1b[", self.raw)  # the live table is no colour
        self.run_in(80, 24, TERM="dumb")
        self.assertNotIn(b"\x1b", self.raw)
        self.assertNotIn(b"left", self.raw)

    def test_without_a_terminal_there_are_no_control_characters(self):
        process = subprocess.run(self.command, capture_output=True,
                                 env=dict(os.environ, TERM="xterm", CLICOLOR_FORCE="1"))
        self.assertEqual(process.returncode, 0)
        self.assertNotRegex(process.stdout + process.stderr, rb"[\x00-\x09\x0b-\x1f]")
        lines = process.stdout.decode().split("\n")
        self.assertEqual([line for line in lines if len(line) > 80 and "/" not in line], [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
