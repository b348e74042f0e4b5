"""Numbers and lists as reports have them."""
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
