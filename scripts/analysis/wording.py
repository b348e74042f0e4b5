"""Numbers, lists and tables as reports have them."""
import math


def rounded(number, digits=5):
    """For JSON: short, and None for what is no number."""
    if number is None or not math.isfinite(number):
        return None
    number = float(f"{number:.{digits}g}")
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def minute(time):
    return time[:16].replace("T", " ")


def some(names):
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def listed(names):
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def aligned(rows):
    """The lines of a Markdown table that can also be read as it stands."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    rows = [rows[0], ["-" * width for width in widths], *rows[1:]]
    return ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in rows]
