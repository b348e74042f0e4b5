"""Text that may come from anybody, such as names in a result file, as it can be shown."""
import re


class Trouble(Exception):
    """A sentence for the user."""

    def __str__(self):
        return printable(super().__str__())


def printable(text):
    """For a terminal: what is no printable character, controls of all kinds among them, becomes "?"."""
    return "".join(letter if letter.isprintable() else "?" for letter in str(text))


def markdown(text):
    """In Markdown: one line, in which nothing has a meaning."""
    text = re.sub(r"\s+", " ", str(text))
    text = "".join(letter for letter in text if letter.isprintable())
    return re.sub(r"([\\`*_\[\]<>|#~&])", r"\\\1", text)


def file_name(text):
    """As a part of a file's name."""
    return re.sub(r"[^\w.+-]+", "-", str(text))[:60].lstrip(".") or "unnamed"
