"""Text that may come from anybody, such as names in a result file, as it can be shown."""
import hashlib
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


def digest_of(text):
    """Eight letters, as good as never those of another text."""
    return hashlib.sha256(str(text).encode(errors="surrogatepass")).hexdigest()[:8]


def file_name(text, most=60):
    """As a part of a file's name. Where something is replaced or cut, a digest of the whole stands
    at the end: no two texts have one name."""
    kept = re.sub(r"[^A-Za-z0-9_.+@-]+", "-", str(text)).lstrip(".")
    if kept == str(text) and 0 < len(kept) <= most:
        return kept
    return f"{kept[:most - 9] or 'unnamed'}-{digest_of(text)}"
