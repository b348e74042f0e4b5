"""How commands of scripts/ are called, and call others."""
import argparse
import contextlib
import importlib.machinery
import importlib.util
import random
import re
import subprocess
import sys

from .printable import Trouble
from .source_tree import ROOT


@contextlib.contextmanager
def needed():
    """Around imports: a package that is not there is a Trouble."""
    try:
        yield
    except ImportError as error:
        raise Trouble(f"{error.name} is missing; scripts/setup installs it") from error


@contextlib.contextmanager
def needed_by(command):
    """The same around a command's own imports: a package that is not there ends it with a sentence."""
    try:
        with needed():
            yield
    except Trouble as trouble:
        raise SystemExit(f"{command}: {trouble}") from None


def load_script(name):
    """Another command as a module: its name has no suffix by which Python would find it."""
    loader = importlib.machinery.SourceFileLoader(name, str(ROOT / "scripts" / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    sys.modules[name] = module  # where dataclasses look for it
    loader.exec_module(module)
    return module


def run(*command, timeout=None, **options):
    """As subprocess.run, in the source tree; but what is interrupted, as Ctrl-C does with all, is left to end by itself, and
    keeps what it has."""
    with subprocess.Popen([str(word) for word in command], cwd=ROOT, **options) as process:
        try:
            output, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        except KeyboardInterrupt:
            process.communicate()
            raise
        return subprocess.CompletedProcess(process.args, process.returncode, output)


# Values of options, for argparse

def number(least):
    def parse(text):
        value = float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else -1
        if value < least:
            raise argparse.ArgumentTypeError(f"a number from {least} on, not '{text}'")
        return int(value) if value.is_integer() else value
    return parse


def draw_layouts(count):
    """Seeds of so many layouts, as draw_layouts in scripts/common.sh: 0 is the order of the table, and no draw."""
    return random.SystemRandom().sample(range(1, 10000), count)


def layout_count(text):
    if not re.fullmatch(r"[1-9][0-9]?", text):
        raise argparse.ArgumentTypeError(f"a number from 1 to 99, not '{text}'")
    return int(text)
