"""Which character separates the cells of a text file."""

import csv
from collections import Counter
from typing import Final

CANDIDATES: Final = (",", ";", "\t", "|", "^", "~")
"""In the order in which equals are preferred."""

_SAMPLE_RECORDS: Final = 200
_NAMES: Final = {
    "tab": "\t",
    "\\t": "\t",
    "comma": ",",
    "semicolon": ";",
    "pipe": "|",
    "space": " ",
}
_FEWEST_WORDS: Final = 8
"""Words of every line before blanks count as delimiters, as in flow logs: text of
fewer words is names and sentences. Chosen."""


def delimiter_named(text: str) -> str:
    """Return the character that a correction means: itself, or ``tab`` and such."""
    return _NAMES.get(text.strip().lower(), text)


def declared_delimiter(head: str) -> str | None:
    """Return what Excel's own first line ``sep=;`` declares, if it is there."""
    first = head.split("\n", 1)[0].strip().strip('"')
    if first.lower().startswith("sep=") and len(first) == 5:
        return first[4]
    return "\t" if first.lower() == "sep=" else None


def detect_delimiter(head: str) -> str:
    """Return the character that parts the first records most evenly.

    A character that gives nearly every record the same number of cells wins over one
    that gives more cells unevenly, which is how a decimal comma gives itself away.
    A text of one column has none; it gets the comma. Blanks part cells only in lines
    of many words, all of the same number.
    """
    scores = {mark: _evenness(head, mark) for mark in CANDIDATES if mark in head}
    if not any(scores.values()):
        return " " if _is_parted_by_blanks(head) else ","
    return max(scores, key=lambda mark: (scores[mark], -CANDIDATES.index(mark)))


def _is_parted_by_blanks(head: str) -> bool:
    lines = [line for line in head.split("\n")[:_SAMPLE_RECORDS] if line.strip()]
    widths = {len(line.strip().split(" ")) for line in lines[:-1] or lines}
    return len(lines) > 1 and len(widths) == 1 and widths.pop() >= _FEWEST_WORDS


def _evenness(head: str, delimiter: str) -> float:
    """Score from 0.0 to about 1.2: share of even records, more for more cells."""
    widths = _widths(head, delimiter)
    if not widths:
        return 0.0
    cells, even = max(
        Counter(widths).items(), key=lambda item: (item[1] * (item[0] > 1), item[0])
    )
    if cells < 2:
        return 0.0
    # Short records are usual where a tool leaves out empty cells at the end, so the
    # widest record counts as well if the first records, where headers are, have it.
    header = max(widths[:5])
    bonus = 0.2 if header >= cells else 0.0
    return even / len(widths) * (1 - 1 / cells) + bonus


def _widths(head: str, delimiter: str) -> list[int]:
    widths: list[int] = []
    try:
        for record in csv.reader(head.split("\n"), delimiter=delimiter):
            if any(cell.strip() for cell in record):
                widths.append(len(record))
            if len(widths) >= _SAMPLE_RECORDS:
                break
    except csv.Error:
        # A stray quote swallowed the rest; what was read so far has to do.
        return widths
    return widths
