"""What test-programs and bench/real/test/test_real.py share."""
import pathlib


def in_turns(executors, works):
    """(executor, work) so that each work is done once in each instruction set, by one executor after the other: their
    handlers are the same text."""
    groups = {}
    for executor in executors:
        groups.setdefault(pathlib.Path(executor).name.rpartition("-")[2], []).append(executor)
    return [(group[number % len(group)], work) for group in groups.values() for number, work in enumerate(works)]
